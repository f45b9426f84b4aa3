/** Upkeep: what works on a machine by itself between two runs of `up`, as scripts and systemd units. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { RemoteStepArgs } from "./remoteSteps";

/** File that a machine keeps. */
export interface NodeFile {
  readonly path: string;
  readonly content: string;
  /** Default: 0644. */
  readonly mode?: "0644" | "0755";
}

export interface Upkeep {
  /** Debian packages, installed where they are missing. */
  readonly packages?: readonly string[];
  /** None of them may hold a secret: they are part of the step's inputs. */
  readonly files: readonly pulumi.Input<NodeFile>[];
  /** systemd units among the files that are enabled and started. */
  readonly units: readonly string[];
  /** File of metrics that the units write. */
  readonly metrics?: string;
  /** Command that may refuse, with a reason on stderr, before anything is changed. */
  readonly check?: string;
}

/** The step that brings the files to a machine, and takes them away when the resource goes but the machine stays. */
export function upkeepStep({
  packages = [],
  files,
  units,
  check = "",
  metrics = "",
}: Upkeep): Pick<RemoteStepArgs, "script" | "verbs" | "inputs"> {
  return {
    script: "upkeep",
    verbs: { create: "keep", delete: "take-away" },
    inputs: {
      PACKAGES: packages.join("\n"),
      FILES: pulumi.all([...files]).apply((all) => all.map(fileLine).join("\n")),
      UNITS: units.join("\n"),
      CHECK: check,
      METRICS: metrics,
    },
  };
}

/** Line of the input of `install_files` in scripts/files.sh. */
export function fileLine({ path, content, mode = "0644" }: NodeFile): string {
  return `${mode} ${path} ${Buffer.from(content).toString("base64")}`;
}

/** Content of a file of this repository, by its path below `infra/`. */
export function nodeScript(path: string): string {
  return readFileSync(join(__dirname, "..", path), "utf8");
}
