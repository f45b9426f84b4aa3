/** Programs of Debian packages: on PATH, in the cache, or extracted from the package. No root, no installation. */
import { constants } from "node:fs";
import { access, mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../../lab/command";
import { cacheRoot, plainEnvironment, programFolders } from "../../lab/settings";

const downloadLimitMs = 120_000;
const debianCache = (): string => join(cacheRoot(), "debian");

/**
 * Path of a program: on PATH, else from its package.
 * @throws Error with the package to install when the program is not available
 */
export async function debianProgram(packageName: string, program: string): Promise<string> {
  for (const folder of programFolders()) {
    if (await isExecutable(join(folder, program))) return join(folder, program);
  }
  return join(await debianPackageTree(packageName, program), "usr", "bin", program);
}

/**
 * Folder with everything that a package would install.
 * @param program one of the package's programs: without it the folder counts as incomplete
 */
async function debianPackageTree(packageName: string, program: string): Promise<string> {
  const folder = join(debianCache(), packageName);
  if (await isExecutable(join(folder, "usr", "bin", program))) return folder;
  await mkdir(debianCache(), { recursive: true });
  const work = await mkdtemp(join(debianCache(), `.${packageName}-`));
  try {
    const options = { cwd: work, env: plainEnvironment(), limitMs: downloadLimitMs };
    await run("apt-get", ["download", packageName], options);
    const archive = (await readdir(work)).find((file) => file.endsWith(".deb"));
    if (archive === undefined) throw new Error("apt-get download left no .deb file");
    await run("dpkg-deb", ["-x", archive, "root"], options);
    await rename(join(work, "root"), folder).catch(async (error: unknown) => {
      // Another process was faster.
      if (!(await isExecutable(join(folder, "usr", "bin", program)))) throw error;
    });
    return folder;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.trim() : String(cause);
    throw new Error(
      `${program} is not on PATH and could not be taken from Debian's package ${packageName} ` +
        `(apt-get download, dpkg-deb): ${reason}. Install the package, or put ${program} on PATH.`,
      { cause },
    );
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
