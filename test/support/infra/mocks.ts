/** Runs of the whole stack 1 program under Pulumi mocks, and every resource that they register. */
import assert from "node:assert/strict";
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
  /** What the program told the reader: `<severity>: <text>`. */
  readonly said: readonly string[];
}

const seed = Buffer.alloc(32, 7).toString("base64");
const adminConf = [
  "clusters: [{name: kubernetes, cluster: {server: 'https://api.internal:6443', certificate-authority-data: Q0E=}}]",
  "users: [{name: kubernetes-admin, user: {client-certificate-data: Q0VSVA==, client-key-data: S0VZ}}]",
].join("\n");

/** The SDK takes the text of a function's error from there. */
const failed = (details: string): Error => Object.assign(new Error(details), { details });

const id = ({ inputs }: pulumi.runtime.MockCallArgs, name: string): string =>
  String((inputs as Record<string, unknown>)[name]);

/**
 * Instances that EC2 has: every one, but for `i-dead` and `i-former`; in the place of the latter `i-new` carries the
 * tags of its cluster and its node. Nodes that `made` names, beside the outputs, are of an `up` that did not end.
 */
function instances(
  { inputs }: pulumi.runtime.MockCallArgs,
  running: Readonly<Record<string, unknown>>,
): string[] {
  const { filters } = inputs as { filters: { name: string; values: string[] }[] };
  const values = (name: string): string[] => filters.find((one) => one.name === name)?.values ?? [];
  const gone = ["i-dead", "i-former"];
  const {
    clusterName,
    nodes = [],
    made = [],
  } = running as {
    clusterName?: string;
    nodes?: { name: string; instanceId?: string }[];
    made?: string[];
  };
  assert.deepEqual(values("tag:perigee:cluster"), [clusterName]);
  const known = nodes.map(({ instanceId }) => instanceId ?? "i-dead");
  if (filters.length === 1) return known.filter((instance) => !gone.includes(instance));
  const node = nodes.find(({ name }) => values("tag:Name").includes(name));
  if (node === undefined) return made.filter((name) => values("tag:Name").includes(name));
  const { instanceId = "i-1" } = node;
  return instanceId === "i-former" ? ["i-new"] : gone.includes(instanceId) ? [] : [instanceId];
}

/** Policy of a mocked bucket: one is public, one is another account's, one is gone. */
function bucketPolicy(bucket: string): string {
  if (bucket === "gone") throw failed("reading S3 Bucket Policy (gone): NoSuchBucket");
  if (bucket === "foreign") throw failed("reading S3 Bucket Policy (foreign): MethodNotAllowed");
  if (bucket !== "public") throw failed(`reading S3 Bucket Policy (${bucket}): couldn't find resource`);
  return JSON.stringify({ Statement: { Effect: "Allow", Principal: "*", Action: "s3:GetObject" } });
}

/** Backups in every mocked bucket. */
export const mockedBackups = [
  "ground/2026-11-25T000000Z_v1.35.4.tar.age",
  "ground/2026-11-26T010000Z_v1.36.3.tar.age",
  "ground/2026-11-26T020000Z_v1.36.3.tar.age",
];

const bucketPlace = (bucket: string): Record<string, string> => ({
  bucket,
  arn: `arn:aws:s3:::${bucket}`,
  bucketRegion: "eu-central-1",
  bucketRegionalDomainName: `${bucket}.s3.eu-central-1.amazonaws.com`,
});

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
      case "aws:ec2/getInstances:getInstances":
        return { ids: instances(args, this.running) };
      case "aws:index/getCallerIdentity:getCallerIdentity":
        return { accountId: "123456789012" };
      case "aws:s3/getObjects:getObjects":
        if (id(args, "bucket") === "gone") throw failed("listing S3 Bucket (gone) Objects: NoSuchBucket");
        return { keys: mockedBackups.filter((key) => key.startsWith(id(args, "prefix"))) };
      case "aws:s3/getBucketPolicy:getBucketPolicy":
        return { policy: bucketPolicy(id(args, "bucket")) };
      case "aws:s3/getBucket:getBucket":
        if (id(args, "bucket") === "gone") throw failed("reading S3 Bucket (gone): couldn't find resource");
        return bucketPlace(id(args, "bucket"));
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
        return {
          publicIp: `203.0.113.${9 + Number(/\d+$/.exec(name)?.[0])}`,
          allocationId: `eipalloc-${name}`,
        };
      case "aws:s3/bucket:Bucket":
        return bucketPlace(`${name}-1234567`); // the engine adds seven digits
      case "aws:lb/loadBalancer:LoadBalancer":
        return {
          arn: `arn:aws:mock:::${name}`,
          dnsName: `${name}-0123456789abcdef.elb.eu-central-1.amazonaws.com`,
        };
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
  const { said, result } = await listening(async () => settledOutputs(await freshProgram()()));
  return { resources: mocks.resources, calls: mocks.calls, said, ...result };
}

/** Without an engine the SDK writes on the console what a program logs. */
async function listening<Result>(run: () => Promise<Result>): Promise<{ said: string[]; result: Result }> {
  const said: string[] = [];
  const { log, warn } = console;
  console.log = console.warn = (text: string) => said.push(text.replace(" [runtime]", ""));
  try {
    return { result: await run(), said };
  } finally {
    Object.assign(console, { log, warn });
  }
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
  takeHooks(pulumi.runtime.getMonitor());
  return mocks;
}

/** Pulumi's mocks know no resource hooks: they are taken and never called. */
function takeHooks(monitor: unknown): void {
  (monitor as Record<string, unknown>)["registerResourceHook"] = (
    _: unknown,
    done: (error: null, answer: object) => void,
  ) => {
    done(null, {});
  };
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
