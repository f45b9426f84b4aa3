/** The program as a later version of it could be: a copy in which a few texts are others. */
import { strict as assert } from "node:assert";
import { cp, mkdtemp, readFile, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repositoryRoot } from "../../../settings/repositoryRoot";

/** A text in a file of the program, and what stands there instead. */
export interface Change {
  readonly path: string;
  readonly from: string;
  readonly to: string;
}

/** Folder of the copy; it stays, as the stack's last run names it. */
export async function changedProgram(changes: readonly Change[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "perigee-program-"));
  for (const part of ["Pulumi.yaml", "package.json", "tsconfig.json", "infra", "contract", "settings"]) {
    await cp(join(repositoryRoot, part), join(folder, part), { recursive: true });
  }
  await symlink(join(repositoryRoot, "node_modules"), join(folder, "node_modules"));
  for (const { path, from, to } of changes) {
    const text = await readFile(join(folder, path), "utf8");
    assert.equal(text.split(from).length, 2, `${path} has "${from}" once`);
    await writeFile(join(folder, path), text.replace(from, to));
  }
  return folder;
}
