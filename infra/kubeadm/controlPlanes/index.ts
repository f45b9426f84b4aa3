/** The control planes of a cluster: one, or several behind a balancer, of which none is special (docs/adr/0010). */
import type * as pulumi from "@pulumi/pulumi";
import type { Machine } from "../../machines";
import { deregistrationSeconds } from "../../network/apiBalancer";
import type { KubeadmClusterArgs } from "../clusterArgs";
import type { RemoteSteps } from "../remoteSteps";
import { chainOfControlPlanes } from "./chain";
import { type InitStep, initStep, type StepInputs } from "./initStep";
import { untilReachable } from "./reachable";

export interface ControlPlanes {
  /**
   * The first in order: what is done for other machines is done on it, since it is the last to go. It has joined by then, if
   * it is new.
   */
  readonly first: Machine;
  /** The step after which a control plane serves. */
  readonly serves: ReadonlyMap<Machine, pulumi.Resource>;
  /** After all of these every control plane is a member with the version and settings of now, and the API is reachable. */
  readonly done: readonly pulumi.Resource[];
  /** As the acting one printed it. */
  readonly caCertificate: pulumi.Output<string>;
}

/** @param name prefix of the steps that are the cluster's, not a machine's */
export function controlPlanesOf(
  name: string,
  steps: RemoteSteps,
  args: KubeadmClusterArgs,
  parent: pulumi.Resource,
): ControlPlanes {
  const { network, controlPlane: machines } = args;
  const { balancer } = network;
  const acting = machines.find((machine) => machine.name === args.acting);
  const [first] = machines;
  if (acting === undefined || first === undefined) throw new Error("a cluster without a control plane");
  const record = network.publishApi(machines.map((one) => one.instance.privateIp));
  const init = (machine: Machine, inputs: StepInputs, after: readonly pulumi.Resource[]): InitStep =>
    initStep(steps, args, machine, {
      name: machine === first ? `${name}-init` : `${machine.name}-init`,
      inputs,
      after: [record, ...after],
    });
  if (balancer === undefined) {
    const step = init(acting, {}, []);
    return { first, serves: new Map([[acting, step]]), done: [step], caCertificate: step.stdout };
  }
  const chain = chainOfControlPlanes({
    steps,
    machines,
    acting,
    members: args.rollout.members,
    drainTimeoutSeconds: args.drainTimeoutSeconds,
    deregistrationSeconds,
    init,
    register: (machine, after) => balancer.register(machine, [after], { last: machine === first }),
    reachable: (after) =>
      untilReachable(`${name}-reachable`, balancer.dnsName, network.apiName, { parent, after }),
    settle: (machine, inputs, after) =>
      initStep(steps, args, machine, { name: `${machine.name}-settle`, inputs, after }),
  });
  return { first, ...chain };
}
