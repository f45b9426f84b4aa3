/** `make scenario`: records another scenario for the simulator and applies it to stack 2. */
import { Argument } from "commander";
import { scenarioNames } from "../../telemetry/simulator";
import { command, say } from "./command";
import { toEngine } from "./interrupt";
import { labEngine } from "./labEngine";
import { changingTheLab, type Session } from "./session";
import { bringUp, infraOutputs, workloads } from "./stacks";
import { keepScenario } from "./workloads";

export const scenarioCommand = command({
  name: "scenario",
  summary: "let something happen to the simulated spacecraft",
  description: `Switches the simulator: its Deployment is rolled, nothing else changes. Stays until another one is named.
From the root: make scenario NAME=battery-undervoltage
Scenarios: ${scenarioNames.join(", ")}`,
  configure: (made) => made.addArgument(new Argument("<name>").choices(scenarioNames)),
  run: (name = "") => changingTheLab("make scenario", (session) => play(name, session)),
});

/** Applies a scenario to stack 2. @returns the exit code */
export async function play(name: string, { signal }: Session, progress = say): Promise<number> {
  const options = await labEngine(progress);
  await infraOutputs(options); // fails when the lab is not up
  await keepScenario(name);
  const run = await bringUp(workloads, { ...options, ...toEngine(signal) });
  if (run.exitCode === 0) progress(`\nThe simulator plays ${name}.`);
  return run.exitCode === 0 ? 0 : 1;
}
