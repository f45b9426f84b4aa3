/**
 * Values of YAML texts without their places, by js-yaml: ten times as fast as a document of the library `yaml`, which
 * keeps the place of everything and words what is wrong. See docs/adr/0117-telemetry-dictionary-places-on-demand.md.
 */
import {
  constructFromEvents,
  defineMappingTag,
  defineScalarTag,
  type Event,
  EVENT_ID,
  NOT_RESOLVED,
  parseEvents,
  SCALAR_STYLE,
  type ScalarEvent,
  Schema,
  seqTag,
  strTag,
} from "js-yaml";
import { isScalar, type ScalarTag, Schema as DocumentSchema } from "yaml";

/**
 * Value of a text in the part of YAML that dictionaries are written in; undefined for any other text, right or wrong.
 * Where there is one, it is what the document of the same text has, and that document has no errors.
 */
export function plainValue(text: string): unknown {
  try {
    if (isRare(text)) return undefined;
    const events = parseEvents(text, {});
    return isPlain(events, text) ? constructFromEvents(events, { source: text, schema })[0] : undefined;
  } catch {
    // Of js-yaml's own words nothing is shown: the document says what is wrong, and where.
    return undefined;
  }
}

/**
 * What the two libraries take for different things: tabs, lone carriage returns, byte order marks, document markers that
 * are indented or that end, and empty lines behind a line that is continued by a backslash.
 */
const isRare = (text: string): boolean => /[\t\uFEFF]|\r(?!\n)|^ +---|^ *\.\.\.|\\\r?\n *\r?\n/m.test(text);

/** One document, not empty, without directives, anchors, aliases and tags. */
function isPlain(events: readonly Event[], text: string): boolean {
  const [first, second] = events;
  if (first?.type !== EVENT_ID.DOCUMENT || first.directives.length > 0) return false;
  if (second?.type !== EVENT_ID.MAPPING) return false;
  return events.every((event, i) => {
    if (event.type === EVENT_ID.POP) return true;
    if (event.type === EVENT_ID.DOCUMENT) return i === 0;
    if (event.type === EVENT_ID.ALIAS || event.anchorStart >= 0 || event.tagStart >= 0) return false;
    return event.type !== EVENT_ID.SCALAR || !isBehindBracket(event, text);
  });
}

/** True where a scalar follows a closing bracket at once, which js-yaml takes for the next key. */
function isBehindBracket({ valueStart, style }: ScalarEvent, text: string): boolean {
  const isQuoted = style === SCALAR_STYLE.SINGLE_QUOTED || style === SCALAR_STYLE.DOUBLE_QUOTED;
  const before = text[valueStart - (isQuoted ? 2 : 1)];
  return before === "]" || before === "}";
}

const isWithTest = (tag: unknown): tag is ScalarTag & { test: RegExp } =>
  typeof tag === "object" && tag !== null && "test" in tag && tag.test instanceof RegExp;

/** What a plain scalar may be beside a text, by the rules of the document itself. */
const documentTags = new DocumentSchema({ schema: "core" }).tags.filter(isWithTest);

const scalarTag = defineScalarTag<unknown>("tag:perigee,2026:scalar", {
  implicit: true,
  implicitFirstChars: ["", ..."+-.0123456789~nNtTfF"],
  identify: () => false,
  resolve: (source) => {
    const tag = documentTags.find(({ test }) => test.test(source));
    if (!tag) return NOT_RESOLVED;
    const value = tag.resolve(source, () => undefined, { intAsBigInt: false });
    return isScalar(value) ? value.value : value;
  },
});

/** Name of a key in an object; of the keys that no object has, none. */
const nameOf = (key: unknown): string | undefined =>
  typeof key === "string" || typeof key === "number" || typeof key === "boolean" ? String(key) : undefined;

/** Object of a map; refused are keys that are the same in another spelling, and those that are no plain ones. */
const mapTag = defineMappingTag<Record<string, unknown>>("tag:yaml.org,2002:map", {
  create: () => ({}),
  identify: () => false,
  has: (map, key) => Object.hasOwn(map, nameOf(key) ?? ""),
  keys: Object.keys,
  get: (map, key) => map[nameOf(key) ?? ""],
  addPair: (map, key, value) => {
    const name = nameOf(key);
    if (name === undefined) return "no plain key";
    if (/^-?\d+$/.test(name) && String(Number(name)) !== name) return "a number in another spelling";
    if (name in map) return "a name of every object";
    map[name] = value;
    return "";
  },
});

const schema = new Schema([scalarTag, strTag, seqTag, mapTag]);
