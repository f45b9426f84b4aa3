/** Tables for a terminal. Pure. */

/** Rows of cells, each column as wide as its widest cell, two spaces between. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, column) => (widths[column] = Math.max(widths[column] ?? 0, cell.length)));
  }
  return rows
    .map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")}`.trimEnd())
    .join("\n");
}

/** Elapsed time in its two largest units: `3d4h`, `5m12s`. */
export function age(since: Date, now: Date): string {
  const seconds = Math.max(0, Math.floor((now.getTime() - since.getTime()) / 1000));
  const parts = (
    [
      ["d", 86_400, 1e9],
      ["h", 3600, 24],
      ["m", 60, 60],
      ["s", 1, 60],
    ] as const
  ).map(([unit, size, limit]) => ({ unit, count: Math.floor(seconds / size) % limit }));
  const first = parts.findIndex(({ count }) => count > 0);
  if (first === -1) return "0s";
  return parts
    .slice(first, first + 2)
    .filter(({ count }) => count > 0)
    .map(({ unit, count }) => `${count}${unit}`)
    .join("");
}
