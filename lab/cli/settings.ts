/** Settings of the lab's command line from the environment: files, charts, program folders, apt-get's variables. */
import { delimiter, isAbsolute, join, resolve } from "node:path";
import { repositoryRoot } from "../../settings/repositoryRoot";
import { readText } from "../files";
import { plainEnvironment, programFolders } from "../settings";
import type { GivenCharts } from "../supply/chart/edition";
import { type ContainerdSeries, containerdSeries } from "../supply/containerd";
import { type SourcesMode, sourcesModes } from "../supply/sources";

/** The file with the lab's own settings of the infra stack: LAB_CONFIG, default Pulumi.lab.yaml. */
export function labConfigFile(environment: NodeJS.ProcessEnv = process.env): string {
  return resolve(environment["LAB_CONFIG"] || join(repositoryRoot, "Pulumi.lab.yaml"));
}

/** AWS_REGION or AWS_DEFAULT_REGION: the region where the stack's settings have none. */
export function fallbackRegion(environment: NodeJS.ProcessEnv = process.env): string {
  return environment["AWS_REGION"] || environment["AWS_DEFAULT_REGION"] || "us-east-1";
}

/** LAB_CHART and LAB_CRDS_CHART: chart archives or folders to install instead of the lab's choice. */
export function givenCharts(environment: NodeJS.ProcessEnv = process.env): GivenCharts {
  const { LAB_CHART: stack, LAB_CRDS_CHART: crds } = environment;
  return { ...(stack && { stack }), ...(crds && { crds }) };
}

/**
 * LAB_SOURCES; undefined when it is not set.
 * @throws Error with what is allowed
 */
export function sourcesMode(environment: NodeJS.ProcessEnv = process.env): SourcesMode | undefined {
  const given = environment["LAB_SOURCES"];
  if (given === undefined || given === "") return undefined;
  const mode = sourcesModes.find((name) => name === given);
  if (mode !== undefined) return mode;
  throw new Error(`LAB_SOURCES is "${given}"; it must be one of ${sourcesModes.join(", ")}.`);
}

/**
 * LAB_CONTAINERD; undefined when it is not set.
 * @throws Error with what is allowed
 */
export function givenContainerd(environment: NodeJS.ProcessEnv = process.env): ContainerdSeries | undefined {
  const given = environment["LAB_CONTAINERD"];
  if (given === undefined || given === "") return undefined;
  const series = containerdSeries.find((name) => name === given);
  if (series !== undefined) return series;
  throw new Error(`LAB_CONTAINERD is "${given}"; it must be one of ${containerdSeries.join(", ")}.`);
}

/**
 * Certificates (PEM) of PERIGEE_LAB_CA, which the lab's machines trust besides Debian's; undefined when it is not set.
 * @throws Error with what is allowed
 */
export async function labAuthority(
  environment: NodeJS.ProcessEnv = process.env,
): Promise<string | undefined> {
  const file = environment["PERIGEE_LAB_CA"];
  if (file === undefined || file === "") return undefined;
  const content = isAbsolute(file) ? await readText(file) : undefined;
  if (content?.includes("-----BEGIN CERTIFICATE-----") === true) return content;
  throw new Error(
    `PERIGEE_LAB_CA is "${file}"; it must be the absolute path of a file of certificates (PEM).`,
  );
}

/** Sets PATH of this process and its children to the program folders. */
export function completePath(): void {
  process.env["PATH"] = programFolders().join(delimiter);
}

/** Environment of apt-get: no questions, no translations. */
export function aptEnvironment(environment: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  return { ...plainEnvironment(environment), NEEDRESTART_SUSPEND: "1" };
}
