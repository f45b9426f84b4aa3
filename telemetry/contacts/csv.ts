/** Comma-separated values: lines and their cells. */

/** Lines that are neither empty nor a comment, with their numbers from 1. */
export function linesOf(text: string): { readonly number: number; readonly text: string }[] {
  return text
    .split(/\r\n|\r|\n/)
    .map((line, i) => ({ number: i + 1, text: line.trim() }))
    .filter(({ text: line }) => line !== "" && !line.startsWith("#"));
}

/** Cells without their quotes; within them a comma is none between cells (RFC 4180). */
export const cellsOf = (line: string): string[] =>
  Array.from(`${line},`.matchAll(/(\s*"(?:[^"]|"")*"[^,]*|[^,]*),/g), ([, cell = ""]) =>
    cell.trim().replace(/^"(.*)"$/, (_, text: string) => text.replaceAll('""', '"')),
  );
