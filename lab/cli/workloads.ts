/** Stack 2 as a phase of `make up`: the edition of its monitoring, and the simulator's scenario. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import { repositoryRoot } from "../../settings/repositoryRoot";
import { readJson, writeJson } from "../files";
import type { Progress } from "../progress";
import type { StackSettings } from "../pulumi/engine/stacks";
import { labSettings } from "../settings";
import { ensureLabCharts } from "../supply/chart/build";
import { chooseEdition, type Edition, editionSettings, metricsServerSettings } from "../supply/chart/edition";
import { givenCharts } from "./settings";
import { sourcesOfLab } from "./sources";

/** Time scale of a scenario: in real time, a battery takes hours to run down. */
const timeScale = 60;

export const workloadsFolder = join(repositoryRoot, "workloads");

/** Choices that persist between runs, until `make down`. */
interface Choices {
  readonly edition?: Edition;
  /** Scenario of the simulated spacecraft; `make scenario` changes it. */
  readonly scenario?: string;
}

const choicesFile = (): string => join(labSettings().stateFolder, "workloads.json");
const readChoices = async (): Promise<Choices> => (await readJson<Choices>(choicesFile())) ?? {};

/** Edition of the monitoring, chosen and printed once per lab: it does not change under a running stack. */
async function edition(progress: Progress): Promise<Edition> {
  const choices = await readChoices();
  if (choices.edition !== undefined) return choices.edition;
  const chosen = chooseEdition(givenCharts(), await sourcesOfLab());
  await writeJson(choicesFile(), { ...choices, edition: chosen });
  progress(`monitoring: ${titles[chosen.kind]} (${chosen.why})`);
  return chosen;
}

const titles: Readonly<Record<Edition["kind"], string>> = {
  given: "the charts that you gave",
  original: "the original kube-prometheus-stack",
  offline: "the lab's offline edition, with a dashboard viewer in Grafana's place",
};

export async function keepScenario(scenario: string): Promise<void> {
  await writeJson(choicesFile(), { ...(await readChoices()), scenario });
}

/** The stack's Pulumi.lab.yaml with the edition's and the scenario's changes. */
export async function workloadsSettings(progress: Progress): Promise<StackSettings> {
  const file = await readFile(join(workloadsFolder, "Pulumi.lab.yaml"), "utf8");
  const { config = {} } = (parse(file) ?? {}) as StackSettings;
  const chosen = await edition(progress);
  const { scenario } = await readChoices();
  const labCharts = () => ensureLabCharts(progress);
  const section = (name: string): object => config[`perigee-workloads:${name}`] ?? {};
  const simulator =
    scenario === undefined || scenario === "nominal" ? {} : { simulator: { scenario, timeScale } };
  return {
    config: {
      ...config,
      "perigee-workloads:monitoring": {
        ...section("monitoring"),
        ...(await editionSettings(chosen, labCharts)),
      },
      "perigee-workloads:metricsServer": {
        ...(await metricsServerSettings(await sourcesOfLab(), labCharts)),
        ...section("metricsServer"),
      },
      "perigee-workloads:telemetry": { ...section("telemetry"), ...simulator },
    },
  };
}
