/** Settings of the remote cache from the environment: PERIGEE_LAB_CACHE and PERIGEE_LAB_CACHE_SIGNERS. */
import { readFile, stat } from "node:fs/promises";
import { isMissing } from "../../files";
import { type Location, parseLocation } from "./location";

/** A remote cache, and who may have signed it. */
export interface RemoteCacheSettings {
  readonly location: Location;
  /** Path of an allowed-signers file of ssh-keygen. */
  readonly signers: string;
}

/** The settings, or all problems with them; neither when PERIGEE_LAB_CACHE is not set. */
export interface CheckedSettings {
  readonly settings?: RemoteCacheSettings;
  readonly problems: readonly string[];
}

/** Checks PERIGEE_LAB_CACHE and PERIGEE_LAB_CACHE_SIGNERS, without asking any server. */
export async function remoteCacheSettings(
  environment: NodeJS.ProcessEnv = process.env,
): Promise<CheckedSettings> {
  const given = environment["PERIGEE_LAB_CACHE"];
  if (!given) return { problems: [] };
  const location = parseLocation("PERIGEE_LAB_CACHE", given);
  const signers = environment["PERIGEE_LAB_CACHE_SIGNERS"] ?? "";
  const problems = [...(await locationProblems(location)), ...(await signersProblems(signers))];
  return "problem" in location || problems.length > 0
    ? { problems }
    : { settings: { location, signers }, problems };
}

/** Path of the file with further allowed signers for `make cache-push`; empty when there is none. */
export function otherSigners(environment: NodeJS.ProcessEnv = process.env): string {
  return environment["PERIGEE_LAB_CACHE_SIGNERS"] ?? "";
}

async function locationProblems(location: Location | { readonly problem: string }): Promise<string[]> {
  if ("problem" in location) return [location.problem];
  if (location.kind !== "folder") return [];
  const { folder } = location;
  try {
    return (await stat(folder)).isDirectory()
      ? []
      : [`PERIGEE_LAB_CACHE is ${folder}, which is not a folder.`];
  } catch (error) {
    const reason = isMissing(error) ? "does not exist" : `cannot be read (${reasonOf(error)})`;
    return [
      `PERIGEE_LAB_CACHE is ${folder}, which ${reason}. Make it, or unset the variable to build everything.`,
    ];
  }
}

const form = "a file of lines such as `name ssh-ed25519 AAAA…`, the public keys whose caches you trust";

/** A line of an allowed-signers file that names a key, after the names of its owner. */
const signerLine = /^[^#\s]\S* (.* )?(ssh|ecdsa|sk-ssh|sk-ecdsa)-\S+ AAAA\S+/m;

async function signersProblems(file: string): Promise<string[]> {
  const refused = (reason: string) => [
    `PERIGEE_LAB_CACHE_SIGNERS ${reason}. It is the absolute path of ${form} (ssh-keygen(1), ALLOWED SIGNERS).`,
  ];
  if (file === "") return refused("is not set, and no unsigned cache is used");
  if (!file.startsWith("/")) return refused(`is ${file}, which is not an absolute path`);
  try {
    const text = await readFile(file, "utf8");
    if (text.trim() === "") return refused(`is ${file}, which is empty`);
    return signerLine.test(text) ? [] : refused(`is ${file}, which has no line with a name and a public key`);
  } catch (error) {
    return refused(
      `is ${file}, which ${isMissing(error) ? "does not exist" : `cannot be read (${reasonOf(error)})`}`,
    );
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}
