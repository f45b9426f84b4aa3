/** XML text as a tree of elements with their lines. What only harms (DTDs, entities, endless depth) is refused. */
import { parseXml, type XmlElement, XmlNode } from "@rgrove/parse-xml";
import type { Place } from "./definition";
import { ImportError } from "./findings";

/** Element of a tree; names without their namespace prefix. */
export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Element[];
  /** Text in it, without that of its children. */
  readonly text: string;
  readonly line: number;
  /** The file, where a definition has several. */
  readonly file: string | undefined;
}

/** Bytes of the biggest file: thirty times the biggest known one. */
export const mostXmlBytes = 64 * 1024 ** 2;
const mostDepth = 200;

/**
 * @param file named by the elements, where a definition has several
 * @throws ImportError for a text that is not well-formed, or that declares a document type
 */
export function readXml(text: string, file?: string): Element {
  if (text.length > mostXmlBytes) throw new ImportError(`is longer than ${mostXmlBytes / 1024 ** 2} MiB`);
  refuseDepth(text);
  const lines = lineStarts(text);
  const root = parsed(text).root;
  if (!root) throw new ImportError("has no element");
  return elementOf(root, lines, file);
}

/**
 * The library calls itself for each element in another one. Before it may, the depth is counted: a tag that closes, or
 * opens and closes itself, opens none.
 */
function refuseDepth(text: string): void {
  let depth = 0;
  for (const { 0: tag, index } of text.matchAll(
    // To its end where it is not closed: else each that begins in it would be looked at as far.
    /<!--[^]*?(?:-->|$)|<!\[CDATA\[[^]*?(?:\]\]>|$)|<!DOCTYPE|<[?!/]?[^<>]{0,65536}>/g,
  )) {
    if (tag.startsWith("<!DOCTYPE")) {
      throw new ImportError(
        "declares a document type (DOCTYPE), which a definition has no use for",
        lineAt(text, index),
      );
    }
    if (tag.startsWith("</")) depth--;
    else if (!tag.startsWith("<!") && !tag.startsWith("<?") && !tag.endsWith("/>")) depth++;
    if (depth > mostDepth) {
      throw new ImportError(`has more than ${mostDepth} elements in one another`, lineAt(text, index));
    }
  }
}

function parsed(text: string): ReturnType<typeof parseXml> {
  try {
    return parseXml(text, { includeOffsets: true });
  } catch (error) {
    if (error instanceof RangeError) throw new ImportError("has too many elements in one another");
    if (error instanceof Error) {
      throw new ImportError(`is not well-formed XML: ${error.message.split("\n")[0] ?? ""}`);
    }
    throw error;
  }
}

const lineAt = (text: string, offset: number): number => text.slice(0, offset).split("\n").length;

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}

/** Line of an offset, by bisection. */
function lineOf(offset: number, starts: readonly number[]): number {
  let [low, high] = [0, starts.length];
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle;
  }
  return low + 1;
}

/**
 * Text of a file by its byte order mark or its XML declaration; UTF-8 where neither says another encoding.
 * @throws ImportError for an encoding that is not known
 */
export function textIn(bytes: Uint8Array): string {
  const start = Buffer.from(bytes.subarray(0, 200)).toString("latin1");
  const declared = /^<\?xml[^>]*\bencoding\s*=\s*["']([\w.:-]+)["']/.exec(start)?.[1];
  const marked = ({ ÿþ: "utf-16le", þÿ: "utf-16be" } as const)[start.slice(0, 2)];
  // A declaration that can be read byte by byte is not in two bytes a character, whatever it says.
  const encoding =
    marked ?? (declared === undefined || /^(?:utf-?16|ucs-?2)/i.test(declared) ? "utf-8" : declared);
  try {
    return new TextDecoder(encoding).decode(bytes);
  } catch {
    throw new ImportError(`is written in ${encoding}, which is not known`);
  }
}

const localName = (name: string): string => name.slice(name.indexOf(":") + 1);

function elementOf(element: XmlElement, lines: readonly number[], file: string | undefined): Element {
  const children: Element[] = [];
  let text = "";
  for (const child of element.children) {
    if (child.type === XmlNode.TYPE_ELEMENT) children.push(elementOf(child as XmlElement, lines, file));
    else if (child.type === XmlNode.TYPE_TEXT || child.type === XmlNode.TYPE_CDATA) {
      text += (child as unknown as { text: string }).text;
    }
  }
  return {
    name: localName(element.name),
    attributes: element.attributes,
    children,
    text: text.trim(),
    line: lineOf(element.start, lines),
    file,
  };
}

/** First child of that name. */
export const child = (element: Element | undefined, name: string): Element | undefined =>
  element?.children.find((each) => each.name === name);

/** Element that is reached by a path of names. */
export const descend = (element: Element | undefined, ...path: readonly string[]): Element | undefined =>
  path.reduce<Element | undefined>((at, name) => child(at, name), element);

export const childrenOf = (element: Element | undefined, ...names: readonly string[]): readonly Element[] =>
  element?.children.filter(({ name }) => names.length === 0 || names.includes(name)) ?? [];

/** The same thing's place, at an element that says something of it. */
export const placeIn = (place: Place, { file, line }: Element): Place => ({ ...place, file, line });

/** Attribute as a number; undefined where it is absent or none. */
export function numberOf(element: Element | undefined, name: string): number | undefined {
  const text = element?.attributes[name];
  return text === undefined ? undefined : numberIn(text);
}

/** Number as XTCE writes it: decimal, 0x, 0b or 0o. */
export function numberIn(text: string): number | undefined {
  const trimmed = text.trim();
  if (!/^[-+]?(?:0x[\da-f]+|0b[01]+|0o[0-7]+|(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)$/i.test(trimmed)) {
    return undefined;
  }
  const isNegative = trimmed.startsWith("-");
  const size = Number(trimmed.replace(/^[-+]/, ""));
  return isNegative ? -size : size;
}
