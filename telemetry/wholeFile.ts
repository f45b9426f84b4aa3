/** Whole content of a file, a pipe or standard input, that is not longer than it may be. */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";

const firstBytes = 65_536;

/**
 * Content of a file, read to its end; `-` is standard input. A device or pipe without an end is read no further than a
 * file may be long.
 * @param path of a file, pipe or device; `-`: standard input
 * @param mostBytes bytes that it may have
 * @returns its bytes
 * @throws Error where it is longer, or the system's, which has a `code`
 */
export function readWhole(path: string, mostBytes: number): Buffer {
  const file = path === "-" ? 0 : openSync(path, "r");
  try {
    // A byte more than there should be: so the end is seen without another buffer.
    let buffer = Buffer.allocUnsafe(Math.min(Math.max(fstatSync(file).size, firstBytes), mostBytes) + 1);
    for (let length = 0; ;) {
      const count = readSync(file, buffer, length, buffer.length - length, null);
      if (count === 0) return buffer.subarray(0, length);
      length += count;
      if (length > mostBytes) throw new Error(`it is longer than ${mostBytes / 1024 ** 2} MiB`);
      if (length < buffer.length) continue;
      const longer = Buffer.allocUnsafe(Math.min(2 * length, mostBytes + 1));
      buffer.copy(longer);
      buffer = longer;
    }
  } finally {
    if (file !== 0) closeSync(file);
  }
}
