/** Runs of the scripts for nodes in a real bash: below a folder that stands for the root of a machine, with stand-ins on PATH. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** Folders of a machine that the scripts write to. */
const absolutePath = /(?<![\w.$}/-])\/(etc|var|run|opt|sys)(?=[\s/"'):]|$)/gm;

export interface ScriptRunResult {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Calls of the stand-ins in order: `kubectl get node x`. */
  readonly calls: readonly string[];
}

/** What every step of a machine asks: it has booted, its disk has its size, and there is no former pod network. */
export const bootedMachine: Readonly<Record<string, string>> = {
  "cloud-init": "",
  findmnt: "echo 7:1 btrfs /",
  df: "printf '%s\\n' 1M-blocks 10240",
  ip: "exit 1",
  nft: "",
  journalctl: "",
  sleep: "",
};

/** What reaches the machine's own services and packages, which is not the test's business. */
const services = { systemctl: "", "dpkg-query": "exit 1", "dpkg-statoverride": "" };

export interface ScriptRunArgs {
  readonly arguments?: readonly string[];
  /** The bodies of the stand-ins in bash, by name; an empty one succeeds and says nothing. */
  readonly programs?: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
}

/** A folder that stands for the root of a machine. */
export class MachineRoot {
  readonly path = mkdtempSync(join(tmpdir(), "perigee-machine-"));

  write(path: string, content: string, mode = 0o644): this {
    const file = this.at(path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
    chmodSync(file, mode);
    return this;
  }

  at(path: string): string {
    return join(this.path, path);
  }

  has(path: string): boolean {
    return existsSync(this.at(path));
  }

  read(path: string): string {
    return readFileSync(this.at(path), "utf8");
  }

  /** Runs the text of a script, whose paths below /etc, /var, /run, /opt and /sys are this folder's. */
  run(
    script: string,
    { arguments: args = [], programs = {}, environment = {} }: ScriptRunArgs,
  ): ScriptRunResult {
    for (const folder of ["run", "var/lib", "var/log", "etc"]) {
      mkdirSync(this.at(folder), { recursive: true });
    }
    const log = this.at("calls");
    writeFileSync(log, "");
    // A script must never reach the services of the machine that tests it.
    for (const [name, body] of Object.entries({ ...services, ...programs })) {
      // One write each, so that what runs at the same time does not mix.
      const call = `line=$(printf '%s ' ${name} "$@"); printf '%s\\n' "\${line% }" >>'${log}'`;
      this.write(`bin/${name}`, `#!/bin/bash\n${call}\n${this.moved(body)}\n`, 0o755);
    }
    const { status, stdout, stderr } = spawnSync("bash", ["-s", "--", ...args], {
      input: this.moved(script),
      encoding: "utf8",
      env: { ...environment, PATH: `${this.at("bin")}:${process.env.PATH ?? ""}` },
      timeout: 20_000,
    });
    return { status, stdout, stderr, calls: readFileSync(log, "utf8").split("\n").slice(0, -1) };
  }

  /** A copy of all that is there, to begin with again. */
  snapshot(): string {
    const copy = `${this.path}.begun`;
    cpSync(this.path, copy, { recursive: true, preserveTimestamps: true });
    return copy;
  }

  reset(copy: string): void {
    rmSync(this.path, { recursive: true });
    cpSync(copy, this.path, { recursive: true, preserveTimestamps: true });
  }

  remove(): void {
    rmSync(`${this.path}.begun`, { recursive: true, force: true });
    rmSync(this.path, { recursive: true });
  }

  private moved(script: string): string {
    const moved = script.replace(absolutePath, `${this.path}/$1`);
    // A test must never remove what is this machine's own.
    for (const [line] of moved.matchAll(/\brm -r?f .*$/gm)) {
      const own = line.split(/\s+/).filter((word) => word.startsWith("/") && !word.startsWith(this.path));
      assert.deepEqual(own, [], line);
    }
    return moved;
  }
}
