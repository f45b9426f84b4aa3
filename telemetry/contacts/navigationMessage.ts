/**
 * Orbit messages of the CCSDS, ephemerides (OEM) and mean elements (OMM), as key = value or XML: their text to keys and
 * lines of numbers. What those mean is judged by who uses them.
 *
 * Source: CCSDS 502.0-B-3, Orbit Data Messages; 505.0-B-3, XML of Navigation Data Messages.
 */
import { childrenOf, type Element, readXml } from "../import/xml";

/** State of an ephemeris: time, position, velocity and perhaps more, as they are written. */
export interface StateLine {
  readonly line: number;
  readonly epoch: string;
  readonly numbers: readonly string[];
}

/** Part of a message with keys of its own. */
export interface Segment {
  readonly line: number;
  /** Values by their key in capitals. */
  readonly keys: ReadonlyMap<string, string>;
  readonly states: readonly StateLine[];
}

export interface NavigationMessage {
  readonly kind: "OEM" | "OMM";
  /** Each OMM of a text is one. */
  readonly segments: readonly Segment[];
}

/** Problem of a text, with its line where it has one. */
export class MessageError extends Error {}

/**
 * The message of a text; undefined: the text is no such message.
 * @throws MessageError, or ImportError for XML that is not well-formed
 */
export function readNavigationMessage(text: string): NavigationMessage | undefined {
  const start = text.trimStart();
  if (start.startsWith("<")) return ofXml(readXml(text));
  const kind = /^(?:COMMENT\b[^\n]*\n\s*)*CCSDS_(OEM|OMM)_VERS\s*=/i.exec(start)?.[1]?.toUpperCase();
  return kind === "OEM" || kind === "OMM" ? { kind, segments: ofKeys(text, kind) } : undefined;
}

interface Writable {
  readonly line: number;
  readonly keys: Map<string, string>;
  readonly states: StateLine[];
}

/** Characters of COVARIANCE_START: most lines are longer, and states. */
const longestMark = 16;

/** Segments of an OEM begin with META_START; an OMM has none, and all its keys are one. */
function ofKeys(text: string, kind: NavigationMessage["kind"]): Segment[] {
  const segments: Writable[] = [];
  const header: Writable = { line: 1, keys: new Map(), states: [] };
  let isCovariance = false;
  for (const [index, raw] of text.split(/\r\n|\r|\n/).entries()) {
    const [line, number] = [raw.trim(), index + 1];
    const [, key = "", value = ""] = /^([A-Z][A-Z0-9_]*)\s*=\s*(.*)$/i.exec(line) ?? [];
    const mark = key === "" && line.length <= longestMark ? line.toUpperCase() : "";
    if (line === "" || /^COMMENT(\s|$)/i.test(line) || mark === "META_STOP") continue;
    const version = /^CCSDS_(\w+)_VERS$/i.exec(key)?.[1]?.toUpperCase();
    if (version !== undefined && version !== kind) throw mixed();
    if (mark === "META_START" ? kind === "OEM" : version === "OMM") {
      segments.push({ line: number, keys: new Map(), states: [] });
    }
    const segment = segments.at(-1) ?? header;
    if (version !== undefined || mark === "META_START") continue;
    if (mark === "COVARIANCE_START" || mark === "COVARIANCE_STOP") {
      isCovariance = mark === "COVARIANCE_START";
    } else if (isCovariance) continue;
    else if (key !== "") setKey(segment, key, withoutUnit(value), number);
    else if (/^[-+\d]/.test(line)) {
      const [epoch = "", ...numbers] = line.split(/\s+/);
      segment.states.push({ line: number, epoch, numbers });
    } else throw new MessageError(`line ${number} is neither KEY = VALUE nor a state: ${line.slice(0, 40)}`);
  }
  return segments.length === 0 ? [header] : segments;
}

/** Value without the unit in brackets behind it. No regular expression: of many blanks one takes their square. */
function withoutUnit(value: string): string {
  const at = value.endsWith("]") ? value.lastIndexOf("[") : -1;
  return at < 0 ? value : value.slice(0, at).trimEnd();
}

const mixed = (): MessageError => new MessageError("has messages of several kinds; give those of one");

/** @throws MessageError for a key that is there: which of two values is meant, nobody knows */
function setKey({ keys }: Pick<Writable, "keys">, written: string, value: string, line: number): void {
  const key = written.toUpperCase();
  if (keys.has(key)) throw new MessageError(`line ${line}: ${key} is there already in the same message`);
  keys.set(key, value);
}

const stateNames = ["X", "Y", "Z", "X_DOT", "Y_DOT", "Z_DOT"];

function ofXml(root: Element): NavigationMessage {
  const messages = root.name === "ndm" ? childrenOf(root, "oem", "omm") : [root];
  const [message] = messages;
  if (message === undefined || (message.name !== "oem" && message.name !== "omm")) {
    throw new MessageError("is XML, but neither an OEM nor an OMM");
  }
  if (messages.some(({ name }) => name !== message.name)) throw mixed();
  const segments = messages
    .flatMap((each) => childrenOf(each, "body"))
    .flatMap((body) => childrenOf(body, "segment"));
  return { kind: message.name === "oem" ? "OEM" : "OMM", segments: segments.map(segmentOf) };
}

function segmentOf(segment: Element): Segment {
  const keys = new Map<string, string>();
  const states: StateLine[] = [];
  const take = (element: Element): void => {
    if (element.name === "stateVector") states.push(stateOf(element));
    else if (element.name === "covarianceMatrix") return;
    else if (element.children.length > 0) element.children.forEach(take);
    else if (!/^(?:COMMENT|USER_DEFINED)$/.test(element.name)) {
      setKey({ keys }, element.name, element.text, element.line);
    }
  };
  segment.children.forEach(take);
  return { line: segment.line, keys, states };
}

function stateOf(vector: Element): StateLine {
  const valueOf = (name: string): string => childrenOf(vector, name)[0]?.text ?? "";
  return { line: vector.line, epoch: valueOf("EPOCH"), numbers: stateNames.map(valueOf) };
}
