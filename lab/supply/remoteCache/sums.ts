/** Sums of a cache's archives, and who signed them: SHA256SUMS and SHA256SUMS.sig. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../../command";
import { UntrustedCache } from "./source";

export const sumsFile = "SHA256SUMS";
export const signatureFile = "SHA256SUMS.sig";

/** Signatures for anything else, such as commits, do not count for a cache. */
const namespace = "perigee-lab-cache";

/** SHA-256 (hex) of each archive, by its name. */
export type Sums = ReadonlyMap<string, string>;

/** The sums of a text as `sha256sum` writes it. */
export function parseSums(text: string): Sums {
  const lines = text.split("\n").filter((line) => line !== "");
  return new Map(
    lines.map((line) => {
      const [, sum = "", name = ""] = /^([0-9a-f]{64}) [ *]([\w.-]+)$/.exec(line) ?? [];
      if (name === "") throw new UntrustedCache(`${sumsFile}: a line that is none of sha256sum's: ${line}`);
      return [name, sum];
    }),
  );
}

export function formatSums(sums: Sums): string {
  const names = [...sums.keys()].sort();
  return names.map((name) => `${sums.get(name)}  ${name}\n`).join("");
}

/** Signature of a text with a private key of ssh. ssh-keygen itself asks for a passphrase. */
export async function sign(text: string, key: string): Promise<string> {
  return run("ssh-keygen", ["-q", "-Y", "sign", "-f", key, "-n", namespace], {
    input: text,
    limitMs: 300_000,
  });
}

/** Public key of a private one, without its comment. */
export async function publicKey(key: string): Promise<string> {
  const line = await run("ssh-keygen", ["-y", "-f", key], { limitMs: 300_000 });
  return line.trim().split(" ").slice(0, 2).join(" ");
}

/** Why a signature does not count; `mismatch` when it is of another text, perhaps of an older one. */
export interface SignatureProblem {
  readonly reason: string;
  readonly mismatch: boolean;
}

/** The signatures of a signature file, the newest first. */
export function signaturesIn(file: string): string[] {
  return file.match(/-----BEGIN SSH SIGNATURE-----.*?-----END SSH SIGNATURE-----\n/gs) ?? [];
}

/**
 * Reason why none of a file's signatures counts; undefined when one is of this text and by one of the signers.
 * @param signers path of an allowed-signers file
 */
export async function signatureProblem(
  text: string,
  file: string,
  signers: string,
): Promise<SignatureProblem | undefined> {
  const reason = `the signature is not of this ${sumsFile}, or not made for a cache of the lab`;
  let problem: SignatureProblem = { reason, mismatch: true };
  for (const signature of signaturesIn(file).slice(0, keptSignatures)) {
    const found = await problemOf(text, signature, signers);
    if (found === undefined) return undefined;
    if (!found.mismatch) problem = found;
  }
  return problem;
}

/** A push puts the signature of the new sums before that of the old ones, and then the new sums: one always fits. */
export const keptSignatures = 2;

async function problemOf(
  text: string,
  signature: string,
  signers: string,
): Promise<SignatureProblem | undefined> {
  const folder = await mkdtemp(join(tmpdir(), "perigee-signature-"));
  try {
    const file = join(folder, signatureFile);
    await writeFile(file, signature);
    const check = (mode: string, ...args: string[]) =>
      run("ssh-keygen", ["-Y", mode, ...args, "-n", namespace, "-s", file], { input: text, limitMs: 30_000 });
    const good = await check("check-novalidate").catch(refusal);
    if (good === undefined) return { reason: "", mismatch: true };
    const principals = await check("find-principals", "-f", signers).catch(refusal);
    for (const principal of (principals ?? "").split("\n").filter((name) => name !== "")) {
      const verified = await check("verify", "-f", signers, "-I", principal).catch(refusal);
      if (verified !== undefined) return undefined;
    }
    const key = /(\S+ key )?SHA256:\S+/.exec(good)?.[0] ?? "an unknown key";
    return { reason: `it is signed by the ${key}, expected is a key of ${signers}`, mismatch: false };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** ssh-keygen that runs and says no. */
function refusal(error: unknown): undefined {
  if (error instanceof Error && "code" in error && error.code === "ENOENT") {
    throw new Error("ssh-keygen is missing, which checks the signature of a cache (Debian: openssh-client)", {
      cause: error,
    });
  }
  return undefined;
}
