/** The lab's command line: entry point of `make up`, `make down` and the other commands. */
import { Command } from "commander";
import { kubeconfigCommand, passwordCommand, sshCommand } from "./access";
import { cachePushCommand } from "./cachePush";
import { lab } from "./command";
import { demoCommand } from "./demo";
import { downCommand } from "./down";
import { installCommand } from "./install";
import { logsCommand } from "./logs";
import { preflightCommand } from "./preflight";
import { scenarioCommand } from "./scenario";
import { interruptCommand } from "./spotInterruption";
import { statusCommand } from "./status";
import { upCommand } from "./up";

const program = lab(new Command("tsx lab/cli/main.ts"))
  .description("The lab: the whole of Perigee on this Linux machine, without an AWS account.")
  .usage("COMMAND      or, from the repository's root: make COMMAND")
  .addHelpText(
    "after",
    "\nSettings: Pulumi.lab.yaml, or the file that $LAB_CONFIG names. State: $PERIGEE_LAB_STATE, by default /var/lib/perigee-lab.",
  )
  .enablePositionalOptions();

for (const command of [
  upCommand,
  downCommand,
  statusCommand,
  scenarioCommand,
  demoCommand,
  interruptCommand,
  sshCommand,
  kubeconfigCommand,
  passwordCommand,
  logsCommand,
  preflightCommand,
  installCommand,
  cachePushCommand,
]) {
  program.addCommand(command);
}

program.parseAsync().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
