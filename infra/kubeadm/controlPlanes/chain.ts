/**
 * Several control planes: one begins the cluster or acts for it, and the others join it one after the other, each admitted
 * as a worker is (docs/adr/0002) and given the authorities' keys encrypted for it alone. None is special: docs/adr/0010.
 */
import * as pulumi from "@pulumi/pulumi";
import type { Machine } from "../../machines";
import { joinDocument } from "../documents";
import { lines, providerId } from "../machineInputs";
import { topologyLabels } from "../placeLabels";
import type { RemoteSteps } from "../remoteSteps";
import type { InitStep, StepInputs } from "./initStep";

export interface ControlPlaneChainArgs {
  readonly steps: RemoteSteps;
  readonly machines: readonly Machine[];
  readonly acting: Machine;
  /** Names of those that live as members already. */
  readonly members: readonly string[];
  readonly drainTimeoutSeconds: number;
  /** Seconds in which the balancer lets go of a target's connections. */
  readonly deregistrationSeconds: number;
  /** The step that begins, joins, upgrades or settles a machine. */
  readonly init: (machine: Machine, inputs: StepInputs, after: readonly pulumi.Resource[]) => InitStep;
  /** Registers a machine with the balancer, and lets go of it before it leaves. */
  readonly register: (machine: Machine, after: pulumi.Resource) => pulumi.Resource;
  /** Waits until the API answers through the balancer. */
  readonly reachable: (after: readonly pulumi.Resource[]) => pulumi.Resource;
  /** The step, run again once the others are there, for what the acting one put off. */
  readonly settle: (
    machine: Machine,
    inputs: StepInputs,
    after: readonly pulumi.Resource[],
  ) => pulumi.Resource;
}

export interface ControlPlaneChain {
  readonly caCertificate: pulumi.Output<string>;
  /** The step after which a control plane serves. */
  readonly serves: ReadonlyMap<Machine, pulumi.Resource>;
  /** After all of these every control plane is a member, with the version and settings of now. */
  readonly done: readonly pulumi.Resource[];
}

/** The acting one first, then those that join, so that one that died is replaced before anything restarts; then the others. */
export function chainOfControlPlanes(args: ControlPlaneChainArgs): ControlPlaneChain {
  const { machines, acting, init, register, reachable, settle } = args;
  const shared = (machine: Machine): StepInputs => ({
    CONTROL_PLANES: lines(machines.map(({ name }) => name)),
    PEERS: pulumi
      .all(machines.filter((one) => one !== machine).map(({ instance }) => instance.privateIp))
      .apply(lines),
  });
  const isMember = ({ name }: Machine): boolean => args.members.includes(name);
  // What restarts the API server waits until another one answers: a cluster that grows from one stays reachable.
  const first = init(acting, { ...shared(acting), LATER: "yes" }, []);
  const serves = new Map<Machine, pulumi.Resource>([[acting, first]]);
  const done: pulumi.Resource[] = [];
  let last: pulumi.Resource = first;
  const others = machines.filter((one) => one !== acting);
  for (const machine of [...others.filter((one) => !isMember(one)), ...others.filter(isMember)]) {
    const living = machines.filter((one) => serves.has(one) || isMember(one));
    const admit = admission(args, machine, host(living, machine), [last]);
    const joined = init(machine, { ...shared(machine), ...joining(machine, admit.stdout) }, [admit]);
    serves.set(machine, joined);
    done.push(register(machine, joined));
    last = joined;
  }
  // The balancer lets go of each before it leaves: so it is registered after what makes it leave.
  done.push(register(acting, admission(args, acting, host(machines, acting), [last])));
  done.push(reachable(done));
  // By now the balancer has a healthy target, and the acting one was registered last.
  done.push(settle(acting, shared(acting), [...done]));
  return { caCertificate: first.stdout, serves, done };
}

/**
 * The machine that admits another, and takes it out: the first in order of those that live by then, for it is the last to go
 * when there shall be fewer. A step on a machine that goes itself is not run. It does not depend on the order in which they
 * have their turn, so that the next `up` finds it the same.
 */
function host(living: readonly Machine[], machine: Machine): Machine {
  const [first] = living.filter((one) => one !== machine).sort((a, b) => numberOf(a) - numberOf(b));
  if (first === undefined) throw new Error("a control plane that no other admits");
  return first;
}

const numberOf = ({ name }: Machine): number => Number(/\d+$/.exec(name)?.[0]);

/** request (new machine) -> admit (one that lives); the delete takes the member out of etcd and the Node out of the cluster. */
function admission(
  { steps, machines, drainTimeoutSeconds, deregistrationSeconds }: ControlPlaneChainArgs,
  machine: Machine,
  host: Machine,
  after: readonly pulumi.Resource[],
) {
  const { instance } = machine;
  const request = steps.run(`${machine.name}-request`, {
    machine,
    script: "../controlPlanes/request",
    verbs: { create: "request" },
    limitSeconds: 3000,
    output: "value",
  });
  return steps.run(`${machine.name}-admit`, {
    machine: host,
    for: machine,
    script: "../controlPlanes/member",
    verbs: { create: "admit-control-plane", delete: "leave-control-plane" },
    limitSeconds: drainTimeoutSeconds + deregistrationSeconds + 900,
    output: "value",
    inputs: {
      PROVIDER_ID: providerId(machine),
      PRIVATE_IP: instance.privateIp,
      REQUEST: request.stdout.apply(requestIn),
      RECIPIENT: request.stdout.apply(recipientIn),
      OTHERS: pulumi.all(machines.filter((one) => one !== machine).map(placeOfMember)).apply(lines),
      DRAIN_TIMEOUT: String(drainTimeoutSeconds),
      DEREGISTRATION_SECONDS: String(deregistrationSeconds),
    },
    after: [instance, ...after],
  });
}

/** By what a member of etcd is known to be this machine's: address, provider id and name. */
const placeOfMember = (machine: Machine): pulumi.Output<string> =>
  pulumi.interpolate`${machine.instance.privateIp} ${providerId(machine)} ${machine.name}`;

/** What request.sh prints: a certificate request, and behind it the recipient of age. */
const requestIn = (printed: string): string => printed.replace(/^age1.*$/m, "").trim();
const recipientIn = (printed: string): string => /^age1\w+$/m.exec(printed)?.[0] ?? "";

function joining(machine: Machine, admission: pulumi.Output<string>): StepInputs {
  const { privateIp, availabilityZone } = machine.instance;
  const document = pulumi
    .all([privateIp, availabilityZone])
    .apply(([address, zone]) =>
      joinDocument({ nodeName: machine.name, privateIp: address, labels: topologyLabels(zone) }),
    );
  return { ADMISSION: admission, JOIN_CONFIG: document };
}
