/** CopyToRemote: assets and archives over SFTP, with the released provider's rules about folders. */
import fs from "node:fs/promises";
import path from "node:path";
import type { Client, SFTPWrapper, Stats } from "ssh2";
import { isArchive, isAsset, isMap, map, type Properties, text } from "../rpc/values";

/**
 * | source | destination is a folder | is not there | is a file |
 * |---|---|---|---|
 * | `dir`  | destination/dir | destination/dir | error |
 * | `dir/` | what is in dir  | destination     | error |
 * | file   | destination/file | destination    | overwritten |
 */
export async function copyTree(client: Client, source: Properties, remotePath: string): Promise<void> {
  const sftp = await new Promise<SFTPWrapper>((resolve, reject) =>
    client.sftp((error, session) => (error === undefined ? resolve(session) : reject(error))),
  );
  try {
    await copySource(new RemoteFiles(sftp), source, remotePath);
  } finally {
    sftp.end();
  }
}

async function copySource(remote: RemoteFiles, source: Properties, target: string): Promise<void> {
  const local = text(source, "path");
  const content = text(source, "text");
  if (local !== undefined) return copyPath(remote, local, target);
  if (isAsset(source) && content !== undefined) return copyText(remote, content, target);
  if (isArchive(source) && isMap(source["assets"])) return copyAssets(remote, map(source, "assets"), target);
  throw new Error("the lab's stand-in copies text, files, folders and archives of them; no URIs");
}

async function copyText(remote: RemoteFiles, content: string, target: string): Promise<void> {
  if ((await remote.stat(target))?.isDirectory() === true) {
    throw new Error(
      `remote path ${target} is a directory; when using a text asset, remotePath must be a file path`,
    );
  }
  await remote.mkdirs(path.posix.dirname(target));
  await remote.write(target, Buffer.from(content));
}

async function copyAssets(remote: RemoteFiles, assets: Properties, target: string): Promise<void> {
  if ((await remote.stat(target))?.isDirectory() === false) {
    throw new Error(
      `remote path ${target} exists but is not a directory; cannot copy asset archive contents`,
    );
  }
  await remote.mkdirs(target);
  for (const [name, asset] of Object.entries(assets)) {
    if (isMap(asset)) await copySource(remote, asset, path.posix.join(target, name));
  }
}

async function copyPath(remote: RemoteFiles, local: string, target: string): Promise<void> {
  const there = await remote.stat(target);
  const name = path.basename(local);
  if (!(await fs.stat(local)).isDirectory()) {
    if (there === undefined) await remote.mkdirs(path.posix.dirname(target));
    const file = there?.isDirectory() === true ? path.posix.join(target, name) : target;
    return remote.write(file, await fs.readFile(local));
  }
  await copyFolder(remote, local, local.endsWith("/") ? target : path.posix.join(target, name));
}

async function copyFolder(remote: RemoteFiles, local: string, target: string): Promise<void> {
  if ((await remote.stat(target))?.isDirectory() === false) {
    throw new Error(`remote path ${target} exists but is not a directory`);
  }
  await remote.mkdirs(target);
  for (const entry of await fs.readdir(local, { withFileTypes: true })) {
    const [from, to] = [path.join(local, entry.name), path.posix.join(target, entry.name)];
    if (entry.isDirectory()) await copyFolder(remote, from, to);
    else await remote.write(to, await fs.readFile(from));
  }
}

/** SFTP with promises, as little of it as copying needs. */
class RemoteFiles {
  constructor(private readonly sftp: SFTPWrapper) {}

  stat(file: string): Promise<Stats | undefined> {
    const missing = 2; // SSH_FX_NO_SUCH_FILE
    return new Promise((resolve, reject) =>
      this.sftp.stat(file, (error, stats) => {
        if (error === undefined) return resolve(stats);
        if ("code" in error && error.code === missing) return resolve(undefined);
        reject(new Error(`failed to stat remote path ${file}: ${error.message}`));
      }),
    );
  }

  async mkdirs(folder: string): Promise<void> {
    if ((await this.stat(folder)) !== undefined) return;
    await this.mkdirs(path.posix.dirname(folder));
    await new Promise<void>((resolve, reject) =>
      this.sftp.mkdir(folder, (error) =>
        error
          ? reject(new Error(`failed to create remote directory ${folder}: ${error.message}`))
          : resolve(),
      ),
    );
  }

  write(file: string, content: Buffer): Promise<void> {
    return new Promise((resolve, reject) =>
      this.sftp.writeFile(file, content, (error) =>
        error ? reject(new Error(`failed to create remote file ${file}: ${error.message}`)) : resolve(),
      ),
    );
  }
}
