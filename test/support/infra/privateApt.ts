/** Debian's own apt on a folder of its own: real lists, locks and decisions, and a dpkg that only says what it is told. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { MachineRoot } from "./scriptRun";

/** Takes a lock as apt takes it (fcntl, which no shell program does), says so, and keeps it. */
const holdLock = `use Fcntl;
my $lock = pack("s s x4 q q i x4", F_WRLCK, 0, 0, 0, 0);
open(my $file, ">>", $ARGV[0]) or die; fcntl($file, F_SETLK, $lock) or die;
$| = 1; print "held\\n"; sleep 60;`;

export interface InstalledPackage {
  readonly name: string;
  readonly version: string;
  readonly held: boolean;
}

export class PrivateApt {
  /** Environment in which apt works on the machine's folder. */
  readonly environment: Readonly<Record<string, string>>;
  /** dpkg's stand-in: apt's own calls of it are of interest, not what it does. */
  readonly programs = { dpkg: "" };

  constructor(private readonly machine: MachineRoot) {
    const parts = ["sources.list.d", "apt.conf.d", "preferences.d"].map((name) => `etc/apt/${name}`);
    for (const folder of ["lists/partial", "archives/partial", "log", "dpkg", ...parts]) {
      mkdirSync(machine.at(folder), { recursive: true });
    }
    mkdirSync(machine.at("repository"));
    machine.write("etc/apt/sources.list", `deb [trusted=yes] ${this.source} ./\n`);
    const at = (path: string): string => machine.at(path);
    machine.write(
      "apt.conf",
      `Dir { Etc "${at("etc/apt")}"; Log "${at("log")}"; Bin::dpkg "${at("bin/dpkg")}"; };
       Dir::State { "${at("")}"; Lists "${at("lists")}"; status "${at("dpkg/status")}"; };
       Dir::State::extended_states "${at("extended_states")}";
       Dir::Cache { "${at("")}"; Archives "${at("archives")}"; };
       APT::Sandbox::User "root"; Acquire::Retries "0";
       Acquire::AllowInsecureRepositories "true"; APT::Get::AllowUnauthenticated "true";\n`,
    );
    this.environment = { APT_CONFIG: machine.at("apt.conf") };
    this.installed([]);
  }

  /** URL of the repository that has the {@link offered} packages. */
  get source(): string {
    return `file:${this.machine.at("repository")}`;
  }

  /** Puts packages (name and version) into the repository. */
  offered(packages: readonly (readonly [string, string])[]): void {
    const folder = this.machine.at("repository");
    for (const [name, version] of packages) {
      const staging = this.machine.at("staging");
      mkdirSync(join(staging, "DEBIAN"), { recursive: true });
      const control = [`Package: ${name}`, `Version: ${version}`, "Architecture: all"];
      const text = [...control, "Maintainer: Test <test@perigee.invalid>", "Description: test", ""].join(
        "\n",
      );
      writeFileSync(join(staging, "DEBIAN/control"), text);
      execFileSync("dpkg-deb", ["--build", "-Znone", staging, join(folder, `${name}_${version}.deb`)]);
    }
    const index = execFileSync("apt-ftparchive", ["packages", "."], { cwd: folder });
    writeFileSync(join(folder, "Packages"), index);
  }

  /** Says what dpkg has installed. */
  installed(packages: readonly InstalledPackage[]): void {
    const entries = packages.map(
      ({ name, version, held }) =>
        `Package: ${name}\nStatus: ${held ? "hold" : "install"} ok installed\nArchitecture: all\n` +
        `Maintainer: Test <test@perigee.invalid>\nVersion: ${version}\nDescription: test\n`,
    );
    this.machine.write("dpkg/status", entries.join("\n"));
  }

  /** Another program that holds a lock, by its path below the machine's folder, until it is ended. */
  async hold(lock: string): Promise<ChildProcess> {
    const holder = spawn("perl", ["-e", holdLock, this.machine.at(lock)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await new Promise<void>((resolve, reject) => {
      holder.stdout.once("data", () => resolve());
      holder.once("exit", () => reject(new Error(`${lock} could not be held`)));
    });
    return holder;
  }
}
