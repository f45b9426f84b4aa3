/** Archives of products: tar, compressed with zstd by Node itself (a host may lack the program). */
import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { stat } from "node:fs/promises";
import type { Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createZstdCompress, createZstdDecompress } from "node:zlib";
import { plainEnvironment } from "../../settings";
import { memberProblem } from "./members";
import { UntrustedCache } from "./source";

const limitMs = 30 * 60_000;

/**
 * File capabilities and ACLs belong to a product of root; the host's own labels (security.selinux) do not.
 */
const attributes = ["--acls", "--xattrs", "--xattrs-include=security.capability", "--xattrs-include=user.*"];

/** Packs a folder; the same files yield the same bytes. */
export async function pack(
  folder: string,
  archive: string,
  asRoot = false,
): Promise<{ sha256: string; bytes: number }> {
  const stable = ["--sort=name", "--format=posix", "--pax-option=delete=atime,delete=ctime"];
  const owners = asRoot ? attributes : ["--owner=0", "--group=0"];
  const args = ["--create", "--numeric-owner", ...stable, ...owners, "--directory", folder, "--file=-", "."];
  const hash = createHash("sha256");
  await tar(args, undefined, (stdout) =>
    pipeline(
      stdout,
      createZstdCompress(),
      async function* (chunks: AsyncIterable<Buffer>) {
        for await (const chunk of chunks) {
          hash.update(chunk);
          yield chunk;
        }
      },
      createWriteStream(archive),
    ),
  );
  return { sha256: hash.digest("hex"), bytes: (await stat(archive)).size };
}

/**
 * Unpacks an archive into an empty folder, after a look at all of its members.
 * @throws UntrustedCache before anything is unpacked, when one of them would leave the folder
 */
export async function unpack(archive: string, folder: string, asRoot = false): Promise<void> {
  const list = ["--list", "--verbose", "--numeric-owner", "--quoting-style=escape", "--file=-"];
  const members = (await tar(list, archive)).split("\n").filter((line) => line !== "");
  const problem = memberProblem(members, asRoot);
  if (problem !== undefined) throw new UntrustedCache(problem);
  const owners = asRoot ? ["--same-owner", ...attributes] : ["--no-same-owner"];
  const modes = ["--preserve-permissions", "--delay-directory-restore"];
  await tar(
    ["--extract", "--numeric-owner", ...modes, ...owners, "--directory", folder, "--file=-"],
    archive,
  );
}

/**
 * Output of tar on an archive, or what `drain` does with it.
 * @throws Error with tar's last words, or what is wrong with the archive's compression
 */
async function tar(
  args: readonly string[],
  archive: string | undefined,
  drain?: (stdout: Readable) => Promise<void>,
): Promise<string> {
  const child = spawn("tar", args, {
    env: plainEnvironment(),
    timeout: limitMs,
    stdio: ["pipe", "pipe", "pipe"],
  });
  let stdout = "";
  if (drain === undefined) child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  // A flow that breaks closes its pipe, which ends tar.
  const [failure, fed, drained] = await Promise.all([
    lastWords(child),
    feed(child.stdin, archive).catch(asError),
    drain?.(child.stdout).catch(asError),
  ]);
  // tar reads no further than an archive's end, or than its own failure: that breaks the pipe to it, and means nothing.
  const broken = fed !== undefined && /^(EPIPE|ECONNRESET|ERR_STREAM_PREMATURE_CLOSE)$/.test(fed.code ?? "");
  const error = drained ?? (broken ? undefined : fed) ?? failure;
  if (error !== undefined) throw error;
  return stdout;
}

async function feed(stdin: Writable, archive: string | undefined): Promise<undefined> {
  if (archive === undefined) stdin.end();
  else await pipeline(createReadStream(archive), createZstdDecompress(), stdin);
}

/** The end of what tar says when it fails; undefined when it does not. */
function lastWords(child: ChildProcess): Promise<Error | undefined> {
  let stderr = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  return new Promise((resolve) => {
    child.once("error", resolve);
    child.once("close", (code, signal) => {
      if (code === 0) return resolve(undefined);
      const said = stderr.trim().split("\n").slice(-3).join("; ");
      resolve(new Error(said || `tar: ${signal === null ? `exit ${code}` : `ended by ${signal}`}`));
    });
  });
}

function asError(error: unknown): NodeJS.ErrnoException {
  return error instanceof Error ? error : new Error(String(error));
}
