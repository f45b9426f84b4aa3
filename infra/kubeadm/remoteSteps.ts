/** Steps as resources: one remote.Command each, with a pinned host key, a time limit and nothing logged that is secret. */
import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { Machine } from "../machines";
import type { ClusterIdentity } from "../machines/identity";
import { stepCommand, stepInput, type StepScript } from "./step";

export interface RemoteStepArgs {
  /** Where it runs. */
  readonly machine: Machine;
  /** Whose node it is about; the machine's own by default. A new instance of it runs the step anew. */
  readonly for?: Machine;
  readonly script: StepScript;
  /** What the script is told to do; `delete` only where removing the resource has to do something. */
  readonly verbs?: { readonly create: string; readonly delete: string };
  readonly limitSeconds: number;
  readonly inputs?: Readonly<Record<string, pulumi.Input<string>>>;
  /** The step prints a secret: it is not logged, and its output is a secret. */
  readonly secretOutput?: boolean;
  readonly after?: readonly pulumi.Resource[];
}

/** A machine that boots answers SSH after a while: some 30 dials, 15 s each at the most. */
const dialing = { dialErrorLimit: 30, perDialTimeout: 15 };

export class RemoteSteps {
  constructor(
    private readonly parent: pulumi.Resource,
    private readonly identity: ClusterIdentity,
  ) {}

  run(name: string, step: RemoteStepArgs): command.remote.Command {
    const { machine, script, verbs, limitSeconds, secretOutput = false, after = [] } = step;
    const about = step.for ?? machine;
    return new command.remote.Command(
      name,
      {
        connection: {
          host: machine.publicIp,
          user: "ubuntu",
          privateKey: this.identity.login.apply((pair) => pair.private),
          hostKey: machine.hostKey,
          ...dialing,
        },
        create: stepCommand(limitSeconds, verbs?.create ?? script),
        ...(verbs === undefined ? {} : { delete: stepCommand(limitSeconds, verbs.delete) }),
        stdin: pulumi
          .all({ ...step.inputs, NODE_NAME: about.name })
          .apply((inputs) => stepInput(script, inputs)),
        triggers: [...new Set([about, machine])].map((one) => one.instance.id),
        addPreviousOutputInEnv: false,
        ...(secretOutput ? { logging: "none" as const } : {}),
      },
      {
        parent: this.parent,
        dependsOn: [machine.reachable, ...after],
        // What is on the machine goes with the machine: a destroy does not dial one that is going anyway.
        deletedWith: machine.instance,
        // `leave` must be over before `admit` lets a machine of the same name in.
        deleteBeforeReplace: true,
        ...(secretOutput ? { additionalSecretOutputs: ["stdout"] } : {}),
      },
    );
  }
}
