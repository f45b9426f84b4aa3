/** The lab's command line: `make up`, `make down` and the rest come here. */
import { kubeconfigCommand, sshCommand } from "./access";
import type { Command } from "./command";
import { downCommand } from "./down";
import { installCommand } from "./install";
import { logsCommand } from "./logs";
import { preflightCommand } from "./preflight";
import { scenarioCommand } from "./scenario";
import { statusCommand } from "./status";
import { upCommand } from "./up";

const commands: readonly Command[] = [
  upCommand,
  downCommand,
  statusCommand,
  scenarioCommand,
  sshCommand,
  kubeconfigCommand,
  logsCommand,
  preflightCommand,
  installCommand,
];

const overview = `The lab: the whole of Perigee on this Linux machine, without an AWS account.

Usage: tsx lab/cli/main.ts COMMAND [--help]      or, from the repository's root: make COMMAND
${commands.map(({ name, summary }) => `  ${name.padEnd(12)}${summary}`).join("\n")}

Settings: Pulumi.lab.yaml, or the file that $LAB_CONFIG names. State: $PERIGEE_LAB_STATE, by default /var/lib/perigee-lab.
`;

async function main([name, ...args]: readonly string[]): Promise<number> {
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    process.stdout.write(overview);
    return name === undefined ? 2 : 0;
  }
  const command = commands.find((one) => one.name === name);
  if (command === undefined) {
    process.stderr.write(`There is no command ${name}.\n\n${overview}`);
    return 2;
  }
  if (args.includes("--help") || args.includes("-h")) {
    process.stdout.write(`${command.usage.trim()}\n`);
    return 0;
  }
  return command.run(args);
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  },
);
