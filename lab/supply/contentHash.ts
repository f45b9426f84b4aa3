/** Content hashes: SHA-256 over named pieces, such as the files of a folder. */
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** Named pieces of content; the names matter, their order does not. */
export type Contents = Readonly<Record<string, string | Buffer>>;

/**
 * SHA-256 (hex) of all inputs of a build product. Each piece is hashed with its name and its length, so that two
 * different sets of pieces never yield the same bytes.
 */
export function contentHash(contents: Contents): string {
  const hash = createHash("sha256");
  for (const name of Object.keys(contents).sort()) {
    const piece = Buffer.from(contents[name] ?? "");
    hash.update(`${name.length}:${name}=${piece.length}:`).update(piece);
  }
  return hash.digest("hex");
}

/** Content of every file below a folder for {@link contentHash}, by relative path; `accept` filters by that path. */
export async function folderContents(folder: string, accept: (path: string) => boolean = () => true) {
  const contents: Record<string, Buffer> = {};
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries.filter((e) => e.isFile())) {
    const file = join(entry.parentPath, entry.name);
    const path = file.slice(folder.length + 1);
    if (accept(path)) contents[path] = await readFile(file);
  }
  return contents;
}
