/** Generated parts of handwritten documents, between `<!-- NAME -->` and `<!-- /NAME -->`. */

/**
 * The document with the part between the two marks replaced.
 * @throws Error when a mark is missing
 */
export function between(name: string, document: string, part: string): string {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [first, last] = [document.indexOf(begin), document.indexOf(end)];
  if (first < 0 || last < first) throw new Error(`the markers ${begin} and ${end} are missing`);
  return `${document.slice(0, first + begin.length)}\n\n${part}\n\n${document.slice(last)}`;
}
