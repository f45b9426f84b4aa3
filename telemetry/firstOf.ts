/** The first lines of a list, and how many more there are of what; the list itself where it is no longer. */
export const firstOf = (all: readonly string[], most: number, what: string): readonly string[] =>
  all.length <= most ? all : [...all.slice(0, most), `and ${all.length - most} more ${what}`];
