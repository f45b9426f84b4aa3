/** What of the operator's environment would break a run: an SSH agent that is gone. */
import { spawnSync } from "node:child_process";
import { RunError } from "@pulumi/pulumi";

/** Exits with 1 and the error's code on stderr when nobody listens on the socket that is its argument. */
const connect = `require("node:net").connect(process.argv[1])
  .once("connect", () => process.exit(0))
  .once("error", ({ code }) => { process.stderr.write(code); process.exit(1); })`;

/**
 * Refuses a stale SSH_AUTH_SOCK before anything is changed: with it the command plugin (1.2.1) fails every step on every
 * machine, though Perigee brings its own key.
 * @throws RunError that names the variable and the way out
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
