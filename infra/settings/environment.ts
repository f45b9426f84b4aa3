/** Check of the operator's environment: a dead SSH agent would break a run. */
import { spawnSync } from "node:child_process";
import { RunError } from "@pulumi/pulumi";

/** Node script: exits with 1 and prints the error code on stderr when nothing listens on the given socket. */
const connect = `require("node:net").connect(process.argv[1])
  .once("connect", () => process.exit(0))
  .once("error", ({ code }) => { process.stderr.write(code); process.exit(1); })`;

/**
 * Refuses a stale SSH_AUTH_SOCK before anything is changed: the command plugin (1.2.1) would fail every step on every
 * machine, although Perigee uses its own key.
 * @throws RunError with the name of the variable and the fix
 */
export function refuseDeadSshAgent(environment: NodeJS.ProcessEnv = process.env): void {
  const socket = environment["SSH_AUTH_SOCK"];
  if (socket === undefined || socket === "") return;
  const { status, stderr } = spawnSync(process.execPath, ["-e", connect, socket], {
    encoding: "utf8",
    timeout: 10_000,
  });
  if (status === 0) return;
  throw new RunError(
    `SSH_AUTH_SOCK is ${socket}, where no SSH agent answers (${stderr || "no answer within 10 s"}); nothing was changed.\n` +
      "  Perigee needs no agent:  unset SSH_AUTH_SOCK",
  );
}
