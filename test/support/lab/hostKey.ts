/** One remote command on the worker with a wrong host key, through the real engine. */
import { mkdtemp, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { labEngine } from "../../../lab/cli/labEngine";
import { runPulumi } from "../../../lab/pulumi/engine/pulumi";
import { ensureStack, stackOptions } from "../../../lab/pulumi/engine/stacks";
import { repositoryRoot } from "../../../settings/repositoryRoot";
import { node, outputs, worker } from "./lab";

/** @returns the engine's output when it refused */
export async function dialWithHostKey(hostKey: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "perigee-host-key-"));
  await writeFile(join(folder, "Pulumi.yaml"), "name: host-key\nruntime: nodejs\nmain: index.js\n");
  await symlink(join(repositoryRoot, "node_modules"), join(folder, "node_modules"));
  const connection = {
    host: (await node(worker)).publicIp,
    user: "ubuntu",
    privateKey: (await outputs()).sshPrivateKey,
    hostKey,
    dialErrorLimit: 2,
    perDialTimeout: 5,
  };
  await writeFile(
    join(folder, "index.js"),
    `new (require("@pulumi/command").remote.Command)("dial", ${JSON.stringify({ connection, create: "true" })});\n`,
    { mode: 0o600 },
  );
  const options = { ...(await labEngine()), stateFolder: join(folder, "state"), cwd: folder };
  const stack = await ensureStack(folder, "test", options, {});
  const run = await runPulumi(["up", "--yes", "--skip-preview", ...stackOptions(stack)], options);
  if (run.exitCode === 0) throw new Error("a machine with another host key was accepted");
  return run.stdout + run.stderr;
}
