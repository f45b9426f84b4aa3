/** Elements of one object, of a text that may have several sets of them. */
import type { Elements, Problems } from "./elements";

/** One set of elements as it is in a text. */
export interface ElementSet {
  /** What tells the object from others; undefined: the set does not say. */
  readonly object: string | undefined;
  /** For people. */
  readonly name: string;
  readonly read: () => Elements | Problems;
}

/** Objects that are named. */
const mostNames = 5;

/** The elements of the newest epoch, or every problem: there are none, or those of several objects. */
export function newestElements(sets: readonly ElementSet[]): Elements | Problems {
  if (sets.length === 0) return { problems: ["has no elements"] };
  const objects = new Map(sets.map(({ object, name }, i) => [object ?? i, name]));
  if (objects.size > 1) {
    const names = [...objects.values()].slice(0, mostNames);
    const others = objects.size > mostNames ? ", …" : "";
    return {
      problems: [
        `has the elements of ${objects.size} objects (${names.join(", ")}${others}); give those of one`,
      ],
    };
  }
  const problems: string[] = [];
  let newest: Elements | undefined;
  for (const [i, { read }] of sets.entries()) {
    const elements = read();
    const where = sets.length === 1 ? "" : `set ${i + 1}: `;
    if ("problems" in elements) problems.push(...elements.problems.map((each) => where + each));
    else if (!newest || elements.epoch > newest.epoch) newest = elements;
  }
  return newest && problems.length === 0 ? newest : { problems };
}
