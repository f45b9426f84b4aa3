/** Debian's amtool: on PATH, else in the cache, else taken out of its package into the cache. Needs no root. */
import { execFile } from "node:child_process";
import { constants } from "node:fs";
import { access, mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { debianCache, plainEnvironment, programFolders } from "../../../../telemetry/rules/settings";

const run = promisify(execFile);

/** @throws Error that says what to install where amtool cannot be had */
export async function amtool(): Promise<string> {
  return debianProgram("prometheus-alertmanager", "amtool");
}

/**
 * A program of a Debian package.
 * @throws Error that says what to install where it cannot be had
 */
async function debianProgram(packageName: string, program: string): Promise<string> {
  const folder = join(debianCache(), packageName);
  const places = [
    ...programFolders().map((each) => join(each, program)),
    join(folder, "usr", "bin", program),
  ];
  for (const place of places) if (await isExecutable(place)) return place;
  await mkdir(debianCache(), { recursive: true });
  const work = await mkdtemp(join(debianCache(), `.${packageName}-`));
  try {
    const options = { cwd: work, env: plainEnvironment(), timeout: 120_000 };
    await run("apt-get", ["download", packageName], options);
    const archive = (await readdir(work)).find((file) => file.endsWith(".deb"));
    if (archive === undefined) throw new Error("apt-get download left no .deb file");
    await run("dpkg-deb", ["-x", archive, "root"], options);
    await rename(join(work, "root"), folder).catch(async (error: unknown) => {
      // Another process was quicker.
      if (!(await isExecutable(join(folder, "usr", "bin", program)))) throw error;
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message.trim() : String(error);
    throw new Error(
      `${program} is not on PATH and could not be taken from Debian's package ${packageName} ` +
        `(apt-get download, dpkg-deb): ${reason}. Install the package, or put ${program} on PATH.`,
    );
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return join(folder, "usr", "bin", program);
}

function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
