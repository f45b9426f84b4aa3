/** A small SSH server on the loopback interface, for the command stand-in to log in to. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, statSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import {
  type AuthContext,
  type Connection,
  type ParsedKey,
  Server,
  type ServerChannel,
  type Session,
  utils,
} from "ssh2";

export interface KeyPair {
  readonly private: string;
  /** authorized_keys form */
  readonly public: string;
}

export function makeKey(): KeyPair {
  return utils.generateKeyPairSync("ed25519");
}

export interface ServerOptions {
  readonly user?: string;
  readonly authorized: KeyPair;
  /** Drops this many connections first, as a machine that boots does. */
  readonly dropFirst?: number;
}

export interface TestServer {
  readonly port: number;
  readonly hostKey: KeyPair;
  /** How many connections came in. */
  readonly connections: () => number;
  close(): void;
}

/** Commands run in this host's shell; `drop` loses the connection instead. */
export async function startServer(options: ServerOptions): Promise<TestServer> {
  const { user = "ubuntu", authorized, dropFirst = 0 } = options;
  const hostKey = makeKey();
  const clients = new Set<Connection>();
  const wanted = utils.parseKey(authorized.public);
  if (wanted instanceof Error) throw wanted;
  const server = new Server({ hostKeys: [hostKey.private] }, (client) => {
    clients.add(client);
    client.on("error", () => undefined);
    if (clients.size <= dropFirst) client.end();
    client.on("authentication", (request) => authenticate(request, user, wanted));
    client.on("session", (accept) => serveSession(accept(), client));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const close = () => {
    for (const client of clients) client.end();
    server.close();
  };
  const { port } = server.address() as AddressInfo;
  return { port, hostKey, connections: () => clients.size, close };
}

function authenticate(request: AuthContext, user: string, wanted: ParsedKey): void {
  if (request.method !== "publickey" || request.username !== user) return request.reject(["publickey"]);
  if (!request.key.data.equals(wanted.getPublicSSH())) return request.reject(["publickey"]);
  const { signature, blob, hashAlgo } = request;
  if (signature !== undefined && !wanted.verify(blob ?? Buffer.alloc(0), signature, hashAlgo)) {
    return request.reject(["publickey"]);
  }
  request.accept();
}

function serveSession(session: Session, client: Connection): void {
  const environment: Record<string, string> = {};
  session.on("env", (_accept, _reject, { key, val }) => {
    environment[key] = val;
  });
  session.on("exec", (accept, _reject, { command }) => {
    if (command === "drop") client.end();
    else runInShell(accept(), command, environment);
  });
  session.on("sftp", (accept) => {
    const sftp = accept();
    const names = new Map<number, string>();
    sftp.on("OPEN", (id, name) => {
      names.set(id, name);
      sftp.handle(id, Buffer.from(name));
    });
    sftp.on("WRITE", (id, handle, offset, data) => {
      writeFileSync(handle.toString(), data, { flag: offset === 0 ? "w" : "a" });
      sftp.status(id, utils.sftp.STATUS_CODE.OK);
    });
    sftp.on("FSETSTAT", (id) => sftp.status(id, utils.sftp.STATUS_CODE.OK));
    sftp.on("CLOSE", (id) => sftp.status(id, utils.sftp.STATUS_CODE.OK));
    sftp.on("MKDIR", (id, name) => {
      mkdirSync(name);
      sftp.status(id, utils.sftp.STATUS_CODE.OK);
    });
    sftp.on("STAT", (id, name) => {
      const stats = statSync(name, { throwIfNoEntry: false });
      if (stats === undefined) return sftp.status(id, utils.sftp.STATUS_CODE.NO_SUCH_FILE);
      const { mode, uid, gid, size } = stats;
      sftp.attrs(id, { mode, uid, gid, size, atime: 0, mtime: 0 });
    });
  });
}

function runInShell(channel: ServerChannel, command: string, environment: Record<string, string>): void {
  const child = spawn("/bin/sh", ["-c", command], { env: { ...environment, PATH: "/usr/bin:/bin" } });
  channel.pipe(child.stdin).on("error", () => undefined);
  child.stdout.on("data", (data: Buffer) => channel.write(data));
  child.stderr.on("data", (data: Buffer) => channel.stderr.write(data));
  child.on("close", (code) => {
    channel.exit(code ?? 255);
    channel.end();
  });
  channel.on("close", () => child.kill());
}
