/** The engine's event log (`--event-log`): what it did to which resource, in order. */
import { readFile } from "node:fs/promises";

/** What the engine does to a resource, such as `same`, `create`, `update`, `delete`, `create-replacement`. */
type Operation = string;

export interface ResourceEvent {
  /** `begun` when the engine starts on it, `done` when it is through, `failed` when it could not. */
  readonly kind: "begun" | "done" | "failed";
  readonly operation: Operation;
  readonly urn: string;
  /** Type token, such as `aws:ec2/instance:Instance`. */
  readonly type: string;
  /** The resource's own name. */
  readonly name: string;
  /** Whether it happened in the preview before the update. */
  readonly planning: boolean;
  /** Paths of the inputs that differ. */
  readonly changed: readonly string[];
}

interface Diagnostic {
  readonly severity: string;
  readonly message: string;
  readonly urn: string;
}

export interface EngineEvents {
  readonly resources: readonly ResourceEvent[];
  readonly diagnostics: readonly Diagnostic[];
  /** How many resources each operation was done to, as the summary says. */
  readonly summary: Readonly<Record<Operation, number>>;
}

interface StepMetadata {
  op: string;
  urn: string;
  type: string;
  detailedDiff?: Record<string, unknown> | null;
  diffs?: string[];
}

/** One line of the log; only what is used here. */
interface LoggedEvent {
  resourcePreEvent?: { metadata: StepMetadata; planning?: boolean };
  resOutputsEvent?: { metadata: StepMetadata; planning?: boolean };
  resOpFailedEvent?: { metadata: StepMetadata };
  diagnosticEvent?: { severity: string; message: string; urn?: string; ephemeral?: boolean };
  summaryEvent?: { resourceChanges?: Record<string, number> };
}

export async function readEvents(file: string): Promise<EngineEvents> {
  const content = await readFile(file, "utf8").catch(() => "");
  return parseEvents(content);
}

/** A line that was cut off, as an interrupted engine leaves it, is passed over. */
export function parseEvents(content: string): EngineEvents {
  const events = content.split("\n").flatMap(parseLine);
  return {
    resources: events.flatMap(resourceEvent),
    diagnostics: events.flatMap(({ diagnosticEvent: event }) =>
      event === undefined || event.ephemeral === true
        ? []
        : [{ severity: event.severity, message: plainText(event.message), urn: event.urn ?? "" }],
    ),
    summary:
      events.map((event) => event.summaryEvent?.resourceChanges).findLast((one) => one !== undefined) ?? {},
  };
}

/** What went wrong: a text for each resource that failed, without the engine's own summary of them. */
export function failuresOf({ diagnostics }: EngineEvents): string[] {
  const failures = diagnostics
    .filter(({ severity }) => severity === "error")
    .map(({ message, urn }) => {
      const text = message.trim().replace(/^error: /, "");
      const name = urn.split("::").slice(3).join("::");
      if (text === "" || /^(update|preview) failed$/.test(text)) return "";
      return name === "" ? text : `${name}: ${text}`;
    });
  return [...new Set(failures)].filter((failure) => failure !== "");
}

function parseLine(line: string): LoggedEvent[] {
  try {
    return line === "" ? [] : [JSON.parse(line) as LoggedEvent];
  } catch {
    return [];
  }
}

function resourceEvent(event: LoggedEvent): ResourceEvent[] {
  const { resourcePreEvent: begun, resOutputsEvent: done, resOpFailedEvent: failed } = event;
  if (begun !== undefined) return [described("begun", begun.metadata, begun.planning ?? false)];
  if (done !== undefined) return [described("done", done.metadata, done.planning ?? false)];
  return failed === undefined ? [] : [described("failed", failed.metadata, false)];
}

function described(kind: ResourceEvent["kind"], metadata: StepMetadata, planning: boolean): ResourceEvent {
  const { op, urn, type, detailedDiff, diffs } = metadata;
  const name = urn.split("::").slice(3).join("::");
  const changed = Object.keys(detailedDiff ?? {});
  return {
    kind,
    operation: op,
    urn,
    type,
    name,
    planning,
    changed: changed.length > 0 ? changed : (diffs ?? []),
  };
}

/** Messages carry colour marks such as `<{%fg 1%}>`. */
function plainText(message: string): string {
  return message.replace(/<\{%[^%]*%\}>/g, "");
}
