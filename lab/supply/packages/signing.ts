/** Signing of package repositories with gpg: the key, kept in the cache, and the signatures of a Release file. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../../command";
import type { Progress } from "../../progress";
import { ensureCacheEntry } from "../cacheEntry";

/** The key that signs the lab's package repositories: made once per cache, without any other use. */
export interface SigningKey {
  home: string;
  fingerprint: string;
  /** The public key, armoured, which machines trust (`Release.key`). */
  publicKey: string;
}

/** Ensures that the signing key exists. Only its owner can read its folder. */
export async function ensureSigningKey(progress: Progress): Promise<SigningKey> {
  const folder = await ensureCacheEntry({
    name: "signing",
    key: "rsa3072",
    onlyHere: true, // machines trust it: a private key that others have too would let them in
    progress,
    build: makeKey,
  });
  const [fingerprint, publicKey] = await Promise.all([
    readFile(join(folder, "fingerprint"), "utf8"),
    readFile(join(folder, "Release.key"), "utf8"),
  ]);
  return { home: join(folder, "home"), fingerprint: fingerprint.trim(), publicKey };
}

async function makeKey(folder: string): Promise<void> {
  const home = join(folder, "home");
  await mkdir(home, { mode: 0o700 });
  const owner = "Perigee lab packages <lab@perigee.invalid>";
  await gpg(home, ["--passphrase", "", "--quick-generate-key", owner, "rsa3072", "sign", "never"]);
  const listing = await gpg(home, ["--with-colons", "--list-secret-keys"]);
  const fingerprint = /^fpr:+([0-9A-F]+):$/m.exec(listing)?.[1];
  if (fingerprint === undefined) throw new Error(`gpg made no key in ${home}`);
  await writeFile(join(folder, "fingerprint"), `${fingerprint}\n`);
  await writeFile(join(folder, "Release.key"), await gpg(home, ["--armor", "--export", fingerprint]));
}

/** Signs a repository's Release file in both forms that apt supports: detached and inline. */
export async function signRelease(key: SigningKey, folder: string): Promise<void> {
  const release = join(folder, "Release");
  const as = ["--passphrase", "", "--pinentry-mode", "loopback", "--local-user", key.fingerprint, "--armor"];
  await gpg(key.home, [...as, "--output", join(folder, "InRelease"), "--clearsign", release]);
  await gpg(key.home, [...as, "--output", join(folder, "Release.gpg"), "--detach-sign", release]);
  await writeFile(join(folder, "Release.key"), key.publicKey);
}

/** Runs gpg on a key folder, and ends the agent that it leaves there. */
async function gpg(home: string, args: readonly string[]): Promise<string> {
  try {
    return await run("gpg", ["--homedir", home, "--batch", "--yes", "--quiet", ...args]);
  } finally {
    await run("gpgconf", ["--homedir", home, "--kill", "all"]);
  }
}
