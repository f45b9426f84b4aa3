/** `make scenario`: records another scenario for the simulator and applies it to stack 2. */
import { scenarioNames } from "../../telemetry/simulator";
import { type Command, say, UsageError } from "./command";
import { toEngine } from "./interrupt";
import { labEngine } from "./labEngine";
import { changingTheLab, type Session } from "./session";
import { bringUp, infraOutputs, workloads } from "./stacks";
import { keepScenario } from "./workloads";

export const scenarioCommand: Command = {
  name: "scenario",
  summary: "let something happen to the simulated spacecraft",
  usage: `
make scenario NAME=battery-undervoltage
Switches the simulator: its Deployment is rolled, nothing else changes. Stays until another one is named.
Scenarios: ${scenarioNames.join(", ")}`,
  run: ([name, ...more]) => {
    if (name === undefined || more.length > 0 || !isScenario(name)) {
      throw new UsageError(`NAME is "${name ?? ""}"; allowed: ${scenarioNames.join(", ")}`);
    }
    return changingTheLab("make scenario", (session) => play(name, session));
  },
};

function isScenario(name: string): boolean {
  return (scenarioNames as readonly string[]).includes(name);
}

async function play(name: string, { signal }: Session): Promise<number> {
  const options = await labEngine(say);
  await infraOutputs(options); // says so where the lab is not up
  await keepScenario(name);
  const run = await bringUp(workloads, { ...options, ...toEngine(signal) });
  if (run.exitCode === 0) say(`\nThe simulator plays ${name}.`);
  return run.exitCode === 0 ? 0 : 1;
}
