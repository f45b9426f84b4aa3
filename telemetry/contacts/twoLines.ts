/** Two-line elements (TLE) of a text: their lines and the name above them. */

export interface TwoLines {
  readonly name: string | undefined;
  readonly first: string | undefined;
  readonly second: string | undefined;
}

/** Lines that begin with 1, each with the next one that begins with 2; one without the other is there alone. */
export function twoLinesOf(text: string): TwoLines[] {
  const found: { name?: string; first?: string; second?: string }[] = [];
  let title: string | undefined;
  for (const line of text.split(/\r\n|\r|\n/).map((each) => each.trim())) {
    const last = found.at(-1);
    if (line.startsWith("1 ")) found.push({ first: line, ...(title !== undefined && { name: title }) });
    else if (!line.startsWith("2 ")) {
      // With a 0 in front, as some write it, or without.
      if (line !== "") title = line.replace(/^0 /, "");
      continue;
    } else if (last && last.second === undefined) last.second = line;
    else found.push({ second: line });
    title = undefined;
  }
  return found.map(({ name, first, second }) => ({ name, first, second }));
}
