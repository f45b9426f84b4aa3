/** Steps as resources: one remote.Command each, with a pinned host key, a time limit and no secret in the log. */
import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { Machine } from "../machines";
import type { ClusterIdentity } from "../machines/identity";
import { stepCommand, stepInput, type StepScript } from "./step";

export interface RemoteStepArgs {
  /** Machine that the step runs on. */
  readonly machine: Machine;
  /**
   * Machine of the node, by default the one that the step runs on. A new instance of it undoes the step and runs it
   * again; one of the machine that a step for another runs on does neither.
   */
  readonly for?: Machine;
  readonly script: StepScript;
  /** Verbs passed to the script; `delete` only where removing the resource needs an action. */
  readonly verbs?: { readonly create: string; readonly delete?: string };
  readonly limitSeconds: number;
  readonly inputs?: Readonly<Record<string, pulumi.Input<string>>>;
  /**
   * Kind of stdout: words for the reader (default), a value for another step (only stderr is logged), or a
   * secret (nothing is logged, and the output is a secret).
   */
  readonly output?: "words" | "value" | "secret";
  /** What makes the step run anew besides a new instance. */
  readonly triggers?: readonly string[];
  readonly after?: readonly pulumi.Resource[];
}

/** Dial limits of SSH while a machine boots: 30 attempts, at most 15 s each. */
const dialing = { dialErrorLimit: 30, perDialTimeout: 15 };

const logging = { words: "stdoutAndStderr", value: "stderr", secret: "none" } as const;

export class RemoteSteps {
  constructor(
    private readonly parent: pulumi.Resource,
    private readonly identity: ClusterIdentity,
  ) {}

  run(name: string, step: RemoteStepArgs): command.remote.Command {
    const { machine, script, verbs, limitSeconds, output = "words", triggers = [], after = [] } = step;
    const about = step.for ?? machine;
    const made = new command.remote.Command(
      name,
      {
        connection: {
          host: machine.publicIp,
          user: machine.user,
          privateKey: this.identity.login.apply((pair) => pair.private),
          hostKey: machine.hostKey,
          ...dialing,
        },
        create: stepCommand(limitSeconds, verbs?.create ?? script),
        ...(verbs?.delete === undefined ? {} : { delete: stepCommand(limitSeconds, verbs.delete) }),
        stdin: pulumi
          .all({ ...step.inputs, NODE_NAME: about.name })
          .apply((inputs) => stepInput(script, inputs)),
        triggers: [...[...new Set([about, machine])].map((one) => one.instance.id), ...triggers],
        addPreviousOutputInEnv: false,
        logging: logging[output],
      },
      {
        parent: this.parent,
        dependsOn: [machine.reachable, ...after],
        // A destroy does not connect to a machine that is itself deleted.
        deletedWith: machine.instance,
        // `leave` must finish before `admit` accepts a machine of the same name.
        deleteBeforeReplace: true,
        // A worker stays a member when the control plane is another machine. The element is there since 0.1.0: without
        // it every step of a running cluster would be replaced.
        ignoreChanges: about === machine ? [] : ["triggers[1]"],
        ...(output === "secret" ? { additionalSecretOutputs: ["stdout"] } : {}),
      },
    );
    const { logins } = this.identity;
    logins.set(machine.name, [...(logins.get(machine.name) ?? []), made]);
    return made;
  }
}
