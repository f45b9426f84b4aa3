/** Parts of statements of OTTL, the language of OpenTelemetry's transform processor. */

/** Attribute of a record, label of its resource, value that is kept from one statement to the next. */
export const field = (name: string): string => `log.attributes["${name}"]`;
export const label = (name: string): string => `resource.attributes["${name}"]`;
export const kept = (name: string): string => `log.cache["${name}"]`;

export const setTo = (target: string, value: string, condition: string): string =>
  `set(${target}, ${value}) where ${condition}`;
export const copy = (from: string, to: string): string => setTo(to, from, `${from} != nil`);

/** Text in a statement. The collector reads `$$` as `$`. */
export const literal = (text: string): string => JSON.stringify(text).replaceAll("$", "$$$$");

/** Condition that a text contains one of some words. */
export const containsOne = (target: string, words: readonly string[]): string =>
  words.map((word) => `Index(${target}, ${literal(word)}) != -1`).join(" or ");
