/** Names of a definition as names of a dictionary, each once. */

const most = 64;

/** Separators of qualified names, as `CdhCore|cmdDisp|CommandsDispatched`; a dot or bracket belongs to a structure or array. */
const separators = /[|/:]+/;

/** Identifier of a dictionary: lower case words with underscores. `cmdDisp` becomes cmd_disp, `SHCOARSE` shcoarse. */
export function identifierOf(name: string, fallback: string): string {
  const words = name
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .replaceAll(/(\p{Ll}|\d)(\p{Lu}\p{Ll})/gu, "$1_$2")
    .replaceAll(/(\p{Ll}\p{Ll})(\p{Lu})/gu, "$1_$2")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "_")
    .replaceAll(/^_+|_+$/g, "");
  if (words === "") return fallback;
  return shortened(/^[a-z]/.test(words) ? words : `${fallback}_${words}`, "");
}

/** Last part of a qualified name, and the parts before it. */
export function qualified(name: string): { own: string; qualifier: string | undefined } {
  const parts = name.split(separators).filter(Boolean);
  const own = parts.at(-1) ?? name;
  return { own, qualifier: parts.length > 1 ? parts.slice(0, -1).join("_") : undefined };
}

/** State of a dictionary: upper case words with underscores. */
export function stateNameOf(label: string, number: number): string {
  const words = label
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .replaceAll(/(\p{Ll})(\p{Lu})/gu, "$1_$2")
    .toUpperCase()
    .replaceAll(/[^A-Z0-9]+/g, "_")
    .replaceAll(/^_+|_+$/g, "");
  if (words === "") return `STATE_${number < 0 ? `MINUS_${-number}` : number}`;
  return shortened(/^[A-Z]/.test(words) ? words : `STATE_${words}`, "");
}

/** Name of at most 64 characters, with an ending that stays. */
function shortened(name: string, ending: string): string {
  return `${name.slice(0, most - ending.length).replace(/_+$/, "")}${ending}`;
}

/** The name itself, or the first of `name_2`, `name_3`, … that is free. */
export function freeName(name: string, isTaken: (name: string) => boolean, separator = "_"): string {
  for (let i = 1; ; i++) {
    const candidate = i === 1 ? shortened(name, "") : shortened(name, `${separator}${i}`);
    if (!isTaken(candidate)) return candidate;
  }
}

/** Text that a dictionary takes for a description. */
export function proseOf(text: string | undefined, fallback: string): string {
  const clean = (text ?? "")
    .replaceAll(/[\p{Cs}\uFEFF\uFFFD\uFFFE\uFFFF]/gu, "")
    .replaceAll(/[\p{Cc}\s]+/gu, " ")
    .trim();
  const all = clean === "" ? fallback : clean;
  return all.length <= 400 ? all : `${all.slice(0, 397).trimEnd()}...`;
}
