/** Zod schema of `event` of a packet: which of its fields say what happened on board. */
import * as z from "zod";
import { identifier, oneLine } from "./texts";

/** Severities of events, from the mildest on. A closed list, because it is a label. */
export const eventSeverities = ["debug", "info", "warning", "error", "critical"] as const;

export type EventSeverity = (typeof eventSeverities)[number];

const severity = z.enum(eventSeverities, { error: `must be one of ${eventSeverities.join(", ")}` });

/** Number of a severity field, a range of numbers, a state, or every other number. */
const levelKey = z
  .string()
  .regex(
    /^(?:-?\d+(?:\.\.-?\d+)?|[A-Z][A-Z0-9_]*|other)$/,
    "must be a whole number, a range such as 1..3, a state, or other",
  );

const levels = z.strictObject({
  field: identifier,
  levels: z
    .record(levelKey, severity)
    .refine((map) => Object.keys(map).length > 0, "must have the severity of a number"),
});

const eventSchema = z.strictObject({
  /** Text field with the message. */
  message: identifier.optional(),
  /** Fixed message, where the packet has none. */
  text: oneLine(200).optional(),
  /** Severity of each, or the field that says it. Default: info. */
  severity: z
    .union([severity, levels], {
      error: `must be one of ${eventSeverities.join(", ")}, or { field: NAME, levels: { 1: info, 2: error } }`,
    })
    .optional(),
  /** Field with the number or name of the event. */
  id: identifier.optional(),
  /** Field with what reports it: an application, a task, a unit. */
  source: identifier.optional(),
  /** Further fields that are told with it. */
  values: z.array(identifier).min(1).max(32).optional(),
  /** True where the packet repeats what happened: only a change is an event. */
  onChange: z.boolean().optional(),
});

/** Events of a packet: one, or several that are told apart by their fields. */
export const eventsSchema = z.union([eventSchema, z.array(eventSchema).min(1).max(8)], {
  error: "must say the message, id or text of an event: { message: FIELD, severity: warning }",
});

export type EventSource = z.infer<typeof eventSchema>;
