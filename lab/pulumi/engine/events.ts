/** The engine's event log (`--event-log`): operations on resources, in order. */
import { readFile } from "node:fs/promises";

/** Operation of the engine on a resource, such as `same`, `create`, `update`, `delete`, `create-replacement`. */
type Operation = string;

export interface ResourceEvent {
  /** `begun` at the start of the operation, `done` when it succeeded, `failed` when it did not. */
  readonly kind: "begun" | "done" | "failed";
  readonly operation: Operation;
  readonly urn: string;
  /** Type token, such as `aws:ec2/instance:Instance`. */
  readonly type: string;
  /** Name of the resource. */
  readonly name: string;
  /** True when it happened in the preview before the update. */
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
  /** Number of resources per operation, from the engine's summary. */
  readonly summary: Readonly<Record<Operation, number>>;
}

interface StepMetadata {
  op: string;
  urn: string;
  type: string;
  detailedDiff?: Record<string, unknown> | null;
  diffs?: string[];
}

/** One line of the log; only the fields used here. */
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

/** Events of a log; a truncated line, as an interrupted engine leaves it, is skipped. */
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

/** Failures: one text per failed resource, without the engine's own summary of them. */
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

/** Message without its colour marks, such as `<{%fg 1%}>`. */
function plainText(message: string): string {
  return message.replace(/<\{%[^%]*%\}>/g, "");
}
