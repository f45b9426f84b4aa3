/**
 * The part of COSMOS' templates (ERB) that needs no Ruby: names with a value, `render` of a file beside this one, and
 * loops over whole numbers. What else a template says stays as it is written.
 */
import { ImportError } from "../findings";
import { wholeOf } from "./arithmetic";

type Values = ReadonlyMap<string, string>;

export interface TemplateLine {
  /** The file, where it is another one than the definition's own. */
  readonly file: string | undefined;
  readonly line: number;
  readonly text: string;
}

/** Text of a file in the definition's own folder; undefined: there is none. */
type Beside = (name: string) => string | undefined;

/** What templates mean that the text does not say. */
export interface Given {
  readonly beside: Beside;
  /** Values of Ruby's constants and other names, as `Config::ENDIAN`. */
  readonly constants?: Values | undefined;
}

/** Lines that templates make, empty rounds of loops too: bounds for what would never end. */
const mostLines = 200_000;
const mostDepth = 20;

/**
 * Lines of a text with what its templates put there, as far as that is known.
 * @throws ImportError for templates that make too many lines, as those that render each other without end
 */
export function expanded(
  text: string,
  { beside, constants = new Map() }: Given,
  file?: string,
): TemplateLine[] {
  const expansion = new Expansion(beside);
  // COSMOS would put the name of the target there: it does not change what is in a packet.
  expansion.all(linesOf(text, file), new Map([["target_name", "TARGET"], ...constants]), 0);
  return expansion.lines;
}

const linesOf = (text: string, file: string | undefined): TemplateLine[] =>
  text.split(/\r?\n/).map((each, i) => ({ file, line: i + 1, text: each }));

class Expansion {
  readonly lines: TemplateLine[] = [];
  private made = 0;

  constructor(private readonly beside: Beside) {}

  all(lines: readonly TemplateLine[], values: Values, depth: number): void {
    for (let i = 0; i < lines.length; i++) {
      const each = lines[i];
      if (!each) continue;
      if (depth > 0) this.count();
      const loop = loopOf(each.text, values);
      const end = loop ? endOf(lines, i) : undefined;
      if (loop && end !== undefined && depth < mostDepth) {
        const body = lines.slice(i + 1, end);
        const { from, to, step } = loop;
        for (let number = from; step > 0 ? number <= to : number >= to; number += step) {
          this.count();
          this.all(body, new Map([...values, [loop.name, String(number)]]), depth + 1);
        }
        i = end;
      } else this.one(each, values, depth);
    }
  }

  private count(): void {
    if (++this.made > mostLines) {
      throw new ImportError(`has templates that make more than ${mostLines} lines`);
    }
  }

  private one(line: TemplateLine, values: Values, depth: number): void {
    const rendered = renderOf(line.text, values);
    const text = rendered && depth < mostDepth ? this.beside(rendered.name) : undefined;
    if (rendered && text !== undefined) {
      this.all(linesOf(text, rendered.name), new Map([...values, ...rendered.values]), depth + 1);
    } else this.lines.push({ ...line, text: withValues(line.text, values) });
  }
}

/** Name without a value that a line has, alone in a template; undefined: it has none. */
export const nameIn = (line: string): string | undefined => /<%=\s*(\w+(?:::\w+)*)\s*%>/.exec(line)?.[1];

/** Text with the values of names in it, also `i + 1`; without comments of the template. */
const withValues = (text: string, values: Values): string =>
  text.replaceAll(/<%#.*?%>/g, "").replaceAll(/<%=(.*?)-?%>/g, (all, code: string) => {
    const number = wholeOf(code, values);
    return values.get(code.trim()) ?? (number === undefined ? all : String(number));
  });

/** Numbers of a loop, from the first to the last. */
interface Loop {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly step: number;
}

/** Loop that a line begins, also one in a comment, which Ruby runs all the same: `(1..5).each do |i|`, `1.upto(5) do |i|`, `5.downto(1) do |i|`, `5.times do |i|`. */
function loopOf(text: string, values: Values): Loop | undefined {
  const [, code = ""] = /^\s*#*\s*<%-?\s*([^=%].*?)\s*-?%>\s*$/.exec(text) ?? [];
  const [, first, dots, last, name] =
    /^\(([^.|]+)(\.\.\.?)([^.|]+)\)\.each\s+do\s*\|\s*(\w+)\s*\|$/.exec(code) ??
    /^([^.|]+)(\.(?:up|down)to)\s*\(([^.|]+)\)\s+do\s*\|\s*(\w+)\s*\|$/.exec(code) ??
    [];
  const [, times, index] = /^([^.|]+)\.times\s+do\s*\|\s*(\w+)\s*\|$/.exec(code) ?? [];
  const number = (written = ""): number => wholeOf(written, values) ?? NaN;
  const [from, to] = times === undefined ? [number(first), number(last)] : [0, number(times) - 1];
  const variable = name ?? index;
  if (variable === undefined || Number.isNaN(from) || Number.isNaN(to)) return undefined;
  return { name: variable, from, to: dots === "..." ? to - 1 : to, step: dots === ".downto" ? -1 : 1 };
}

/** Line with the `end` of the loop that begins at a line; undefined: it is not on a line of its own. */
function endOf(lines: readonly TemplateLine[], start: number): number | undefined {
  let depth = 0;
  for (let i = start; i < lines.length; i++) {
    const text = lines[i]?.text ?? "";
    if (/^\s*#*\s*<%-?\s*end\s*-?%>\s*$/.test(text)) {
      if (--depth === 0) return i;
    } else if (/<%(?!=).*(?:\bdo\b|\bif\b|\bunless\b|\bwhile\b|\bcase\b|\bbegin\b|\bdef\b)/.test(text)) {
      depth++;
    } else if (/<%(?!=).*\bend\b/.test(text)) return undefined;
  }
  return undefined;
}

/** What `render "_file.txt", locals: {apid: 1}` means; undefined: something else, or values that are not known. */
function renderOf(text: string, values: Values): { name: string; values: Values } | undefined {
  const [, name, locals = ""] =
    /^\s*<%=\s*render\s*\(?\s*["']([\w.-]+)["']\s*(?:,\s*(?:locals:|:locals\s*=>)\s*\{(.*)\})?\s*\)?\s*-?%>\s*$/.exec(
      text,
    ) ?? [];
  if (name === undefined) return undefined;
  const found = new Map<string, string>();
  for (const pair of locals.split(",").filter((each) => each.trim() !== "")) {
    const [, key, quoted, plain = ""] =
      /^\s*:?["']?(\w+)["']?\s*(?::|=>)\s*(?:["']([^"']*)["']|([^"']+?))\s*$/.exec(pair) ?? [];
    const value = quoted ?? values.get(plain) ?? wholeOf(plain, values);
    if (key === undefined || value === undefined) return undefined;
    found.set(key, String(value));
  }
  return { name, values: found };
}
