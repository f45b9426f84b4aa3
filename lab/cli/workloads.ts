/** Stack 2 as a phase of `make up`: which edition of the monitoring it installs, and what the simulator plays. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import { repositoryRoot } from "../../settings/repositoryRoot";
import { readJson, writeJson } from "../files";
import type { Progress } from "../progress";
import type { StackSettings } from "../pulumi/engine/stacks";
import { labSettings } from "../settings";
import { ensureLabCharts } from "../supply/chart/build";
import { chooseEdition, type Edition, editionSettings } from "../supply/chart/edition";
import { helmProgram } from "./labEngine";
import { givenCharts } from "./settings";

/** A battery takes hours to run down; nobody who asks for it wants to wait that long. */
const timeScale = 60;

export const workloadsFolder = join(repositoryRoot, "workloads");

/** What stays the same from one run to the next, until `make down`. */
interface Choices {
  readonly edition?: Edition;
  /** What the simulated spacecraft plays; `make scenario` changes it. */
  readonly scenario?: string;
}

const choicesFile = (): string => join(labSettings().stateFolder, "workloads.json");
const readChoices = async (): Promise<Choices> => (await readJson<Choices>(choicesFile())) ?? {};

/** Chosen once for a lab, and said: a lab does not change its edition under a running stack. */
async function edition(progress: Progress): Promise<Edition> {
  const choices = await readChoices();
  if (choices.edition !== undefined) return choices.edition;
  const chosen = await chooseEdition(givenCharts(), await helmProgram(progress));
  await writeJson(choicesFile(), { ...choices, edition: chosen });
  progress(`monitoring: ${titles[chosen.kind]} (${chosen.why})`);
  return chosen;
}

const titles: Readonly<Record<Edition["kind"], string>> = {
  given: "the charts that you gave",
  original: "the original kube-prometheus-stack",
  offline: "the lab's offline edition, without Grafana and kube-state-metrics",
};

export async function keepScenario(scenario: string): Promise<void> {
  await writeJson(choicesFile(), { ...(await readChoices()), scenario });
}

/** The stack's own Pulumi.lab.yaml with what the edition and the scenario change. */
export async function workloadsSettings(progress: Progress): Promise<StackSettings> {
  const file = await readFile(join(workloadsFolder, "Pulumi.lab.yaml"), "utf8");
  const { config = {} } = (parse(file) ?? {}) as StackSettings;
  const chosen = await edition(progress);
  const { scenario } = await readChoices();
  const section = (name: string): object => config[`perigee-workloads:${name}`] ?? {};
  const simulator =
    scenario === undefined || scenario === "nominal" ? {} : { simulator: { scenario, timeScale } };
  return {
    config: {
      ...config,
      "perigee-workloads:monitoring": {
        ...section("monitoring"),
        ...editionSettings(chosen, await ensureLabCharts(progress)),
      },
      "perigee-workloads:telemetry": { ...section("telemetry"), ...simulator },
    },
  };
}
