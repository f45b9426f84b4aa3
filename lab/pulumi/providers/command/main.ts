/** `pulumi-resource-command`: the program that the engine starts. */
import commandPackage from "@pulumi/command/package.json";
import { serve } from "../rpc/server";
import { CommandProvider } from "./commandProvider";
import { ScriptedMachines } from "./scriptedMachines";
import { loadSettings } from "./settings";
import { SshMachine } from "./sshMachine";

async function main(): Promise<void> {
  const settings = loadSettings();
  const { scriptedState, agentSocket } = settings;
  const machine =
    scriptedState === undefined ? new SshMachine(agentSocket) : new ScriptedMachines(scriptedState);
  await serve(new CommandProvider(commandPackage.version, settings, machine), "undo");
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
