/** Commands on the lab's machines over SSH, as an operator would run them, each with a time limit. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { assembled, quoted, stepCommand } from "../../infra/kubeadm/step";
import { run } from "../../lab/command";

const sshOptions = [
  "StrictHostKeyChecking=no",
  "UserKnownHostsFile=/dev/null",
  "LogLevel=ERROR",
  "ConnectTimeout=10",
];

const script = (name: "byHand" | "reset"): Promise<string> =>
  readFile(join(__dirname, "scripts", `${name}.sh`), "utf8");

export class RemoteShell {
  private constructor(private readonly folder: string) {}

  /** @param privateKey the login user's key, from the stack's output */
  static async withKey(privateKey: string): Promise<RemoteShell> {
    const folder = await mkdtemp(join(tmpdir(), "perigee-bench-"));
    await writeFile(join(folder, "key"), privateKey, { mode: 0o600 });
    return new RemoteShell(folder);
  }

  async close(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Runs scripts/byHand.sh as root. Returns its standard output. */
  async byHand(host: string, ...args: readonly string[]): Promise<string> {
    const command = ["sudo", "timeout", "600", "bash", "-s", "--", ...args.map(quoted)];
    return this.run(host, command, await script("byHand"));
  }

  /** Runs scripts/reset.sh as a step of the infra program. */
  async reset(host: string, nodeName: string): Promise<void> {
    const input = assembled(await script("reset"), { NODE_NAME: nodeName });
    await this.run(host, [stepCommand(600, "reset")], input);
  }

  /** Writes a file that only root can read. */
  async write(host: string, file: string, content: string): Promise<void> {
    await this.run(host, ["sudo", "install", "-m", "600", "/dev/stdin", file], content);
  }

  private run(host: string, command: readonly string[], input: string): Promise<string> {
    const options = sshOptions.flatMap((option) => ["-o", option]);
    const ssh = ["ssh", "-i", join(this.folder, "key"), ...options, `ubuntu@${host}`, ...command];
    return run("timeout", ["--kill-after=10", "660", ...ssh], { input });
  }
}
