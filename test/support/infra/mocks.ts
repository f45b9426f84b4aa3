/** Runs of the whole stack 1 program under Pulumi mocks, and every resource that they register. */
import * as pulumi from "@pulumi/pulumi";
import { isSecret, setSettings, settledOutputs, unwrapped } from "../mocks";

/** A resource as the engine would receive it; secrets unwrapped. */
export interface RecordedResource {
  readonly type: string;
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Names of the inputs that are secret as a whole. */
  readonly secretInputs: readonly string[];
}

export interface Deployment {
  readonly resources: readonly RecordedResource[];
  /** Tokens of the provider functions that the program called. */
  readonly calls: readonly string[];
  readonly outputs: Readonly<Record<string, unknown>>;
  /** Names of the outputs that are secret. */
  readonly secrets: readonly string[];
}

const seed = Buffer.alloc(32, 7).toString("base64");
const adminConf = [
  "clusters: [{name: kubernetes, cluster: {server: 'https://api.internal:6443', certificate-authority-data: Q0E=}}]",
  "users: [{name: kubernetes-admin, user: {client-certificate-data: Q0VSVA==, client-key-data: S0VZ}}]",
].join("\n");

const mockedZones = ["eu-central-1c", "eu-central-1a", "eu-central-1b"];

/** Every type in every zone, except that the mocked region's zone a has none of the family m9z. */
function offerings({ filters }: { filters: { values: string[] }[] }): Record<string, unknown> {
  const types = filters.flatMap(({ values }) => values);
  const found = types.flatMap((type) =>
    mockedZones
      .filter((zone) => !(type.startsWith("m9z.") && zone.endsWith("a")))
      .map((zone) => ({ type, zone })),
  );
  return { instanceTypes: found.map(({ type }) => type), locations: found.map(({ zone }) => zone) };
}

class RecordingMocks implements pulumi.runtime.Mocks {
  readonly resources: RecordedResource[] = [];
  readonly calls: string[] = [];
  private addresses = 3;

  /** @param running outputs that the stack has from before */
  constructor(private readonly running: Readonly<Record<string, unknown>>) {}

  newResource(args: pulumi.runtime.MockResourceArgs): { id: string; state: Record<string, unknown> } {
    const inputs = args.inputs as Record<string, unknown>;
    this.resources.push({
      type: args.type,
      name: args.name,
      inputs: unwrapped(inputs) as Record<string, unknown>,
      secretInputs: Object.keys(inputs).filter((key) => isSecret(inputs[key])),
    });
    return { id: `${args.name}-id`, state: { name: args.name, ...inputs, ...this.computed(args) } };
  }

  call(args: pulumi.runtime.MockCallArgs): Record<string, unknown> {
    // The engine's own function, not a provider's.
    if (args.token === "pulumi:pulumi:readStackOutputs") return { outputs: this.running };
    this.calls.push(args.token);
    switch (args.token) {
      case "aws:index/getAvailabilityZones:getAvailabilityZones":
        return { names: mockedZones };
      case "aws:ec2/getInstanceTypeOfferings:getInstanceTypeOfferings":
        return offerings(args.inputs as { filters: { values: string[] }[] });
      case "aws:ec2/getInstance:getInstance":
        return { instanceType: "t3.medium" };
      case "aws:ssm/getParameter:getParameter":
        return { value: `ami-0${"1".repeat(16)}` };
      default:
        throw new Error(`unexpected function ${args.token}`);
    }
  }

  private computed(args: pulumi.runtime.MockResourceArgs): Record<string, unknown> {
    const { type, name } = args;
    const inputs = args.inputs as Record<string, unknown>;
    this.addresses += 1;
    const last = `${Math.floor(this.addresses / 250)}.${(this.addresses % 250) + 1}`;
    switch (type) {
      case "aws:ec2/instance:Instance":
        return {
          ...{ privateIp: `10.0.${last}`, publicIp: `198.51.${last}` },
          availabilityZone: zoneOf(String(inputs["subnetId"])),
        };
      case "aws:ec2/eip:Eip":
        return { publicIp: "203.0.113.10", allocationId: `eipalloc-${name}` };
      case "aws:route53/zone:Zone":
        return { zoneId: "Z1" };
      case "command:local:Command":
        return { stdout: seed };
      case "command:remote:Command":
        return { stdout: name.endsWith("-kubeconfig") ? adminConf : `stdout of ${name}` };
      case "aws:cloudwatch/logGroup:LogGroup":
        return { arn: `arn:aws:logs:eu-central-1:123456789012:log-group:${String(inputs.name)}` };
      default:
        return { arn: `arn:aws:mock:::${name}` };
    }
  }
}

/** Zone of a subnet: `network-2-id` -> `eu-central-1b`. */
function zoneOf(subnetId: string): string {
  return `eu-central-1${"abc"[Number(/network-(\d)/.exec(subnetId)?.[1]) - 1] ?? ""}`;
}

const deployments = new Map<string, Promise<Deployment>>();

/**
 * Runs infra/index.ts with these settings; the same settings return the same deployment again.
 * @param raw settings as a user writes them, without the namespace
 * @param running outputs that the stack has from before
 */
export function deploy(
  raw: Readonly<Record<string, unknown>>,
  running: Readonly<Record<string, unknown>> = {},
): Promise<Deployment> {
  const key = JSON.stringify([raw, running]);
  const deployment = deployments.get(key) ?? run(raw, running);
  deployments.set(key, deployment);
  return deployment;
}

async function run(
  raw: Readonly<Record<string, unknown>>,
  running: Readonly<Record<string, unknown>>,
): Promise<Deployment> {
  const mocks = await mockedEngine(raw, running);
  const settled = await settledOutputs(await freshProgram()());
  return { resources: mocks.resources, calls: mocks.calls, ...settled };
}

/** The program's error for settings that it refuses, and the resources that it had registered by then. */
export interface Refusal {
  readonly message: string;
  readonly resources: readonly RecordedResource[];
}

/**
 * Runs infra/index.ts with settings that it has to refuse.
 * @param running outputs that the stack has from before
 * @throws Error when the program accepts them
 */
export async function refusal(
  raw: Readonly<Record<string, unknown>>,
  running: Readonly<Record<string, unknown>> = {},
): Promise<Refusal> {
  const mocks = await mockedEngine(raw, running);
  try {
    await freshProgram()();
  } catch (error) {
    await pulumi.runtime.disconnect();
    if (!pulumi.RunError.isInstance(error)) throw error;
    return { message: error.message, resources: mocks.resources };
  }
  throw new Error(`accepted: ${JSON.stringify(raw)}`);
}

async function mockedEngine(
  raw: Readonly<Record<string, unknown>>,
  running: Readonly<Record<string, unknown>> = {},
): Promise<RecordingMocks> {
  const mocks = new RecordingMocks(running);
  setSettings("perigee-infra", raw);
  await pulumi.runtime.setMocks(mocks, "perigee-infra", "test", false, "organization");
  return mocks;
}

/** The program, whose modules may keep something of the run before: the cached one is removed first. */
function freshProgram(): () => Promise<Record<string, unknown>> {
  for (const path of Object.keys(require.cache)) {
    if (/[\\/]infra[\\/]index\.ts$/.test(path)) delete require.cache[path];
  }
  // The contributor's own SSH agent, alive or not, must not affect the program.
  delete process.env["SSH_AUTH_SOCK"];
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- an import would run once for all tests
  return require("../../../infra") as () => Promise<Record<string, unknown>>;
}
