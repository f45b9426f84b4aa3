/** Settings of stack 1: schema, defaults, units. docs/settings.md is generated from it. */
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { whole } from "../settings/kinds";
import { checkSettings, rawSettings, strictObject } from "../settings/load";
import { labels, taint } from "./kubeadm/labels";
import { type Cidr, parseCidr } from "./network/cidr";
import { crossChecks } from "./settings/crossChecks";
import { defaultKubernetesVersion, testedVersions } from "./versions";

export const namespace = "perigee-infra";

const cidr = (minPrefix: number, maxPrefix: number): z.ZodType<Cidr> =>
  z.string().transform((text, context): Cidr => {
    try {
      const block = parseCidr(text);
      if (block.prefix >= minPrefix && block.prefix <= maxPrefix) return block;
      context.addIssue({
        code: "custom",
        message: `the prefix length must be /${minPrefix} to /${maxPrefix}`,
        input: text,
      });
    } catch (error) {
      context.addIssue({ code: "custom", message: (error as Error).message, input: text });
    }
    return z.NEVER;
  });

const dnsLabel = (length: number): z.ZodString =>
  z.string().regex(new RegExp(`^[a-z]([a-z0-9-]{0,${length - 2}}[a-z0-9])?$`), {
    error: `a DNS label: a-z, 0-9 and -, beginning with a letter, at most ${length} characters`,
  });

const instanceType = z
  .string()
  .regex(/^[a-z][a-z0-9-]*\.(nano|micro|small|medium|large|\d*xlarge|metal(-\d+xl)?)$/, {
    error: "an EC2 instance type such as t3.large",
  });

const diskGiB = whole(10, 16_384);

const nodePort = strictObject({
  port: whole(30_000, 32_767).describe("Node port of the Service."),
  protocol: z.enum(["tcp", "udp"]).default("tcp").describe("Protocol of the Service's port."),
  why: z
    .string()
    .regex(/^[\w .:/()#,@[\]+=&;{}!$*-]{1,200}$/, {
      error:
        "what AWS takes as a description: at most 200 of letters, digits, spaces and . _ - : / ( ) # , @ [ ] + = & ; { } ! $ *",
    })
    .describe("Reason why it is open; becomes the description of the security group rule."),
});

const controlPlane = strictObject({
  count: z
    .literal(1, { error: "more than one control plane is not supported yet; allowed: 1" })
    .default(1)
    .describe("Number of control planes. More than one is not supported yet."),
  instanceType: instanceType
    .default("t3.medium")
    .describe(
      "EC2 instance type, x86-64 or Graviton. A change restarts the machine: the API is away for minutes.",
    ),
  diskGiB: diskGiB.default(30).describe("Root disk in GiB, 10 to 16384."),
});

const workerPool = strictObject({
  name: dnsLabel(20).describe("Name of the pool, part of its nodes' names: `<clusterName>-<name>-1`."),
  count: whole(0, 500)
    .default(1)
    .describe("Number of machines, 0 to 500. A zone has room for 251 machines of all pools."),
  instanceType: instanceType
    .default("t3.large")
    .describe(
      "EC2 instance type, x86-64 or Graviton. A change replaces all machines of the pool at once: to avoid that, add another pool and then remove this one.",
    ),
  diskGiB: diskGiB.default(30).describe("Root disk in GiB, 10 to 16384."),
  spot: z
    .boolean()
    .default(false)
    .describe(
      "Use Spot machines: cheaper, but AWS may take them back at any time. Their nodes drain themselves in the two minutes between its notice and their end.",
    ),
  labels: labels.default({}).describe("Node labels. Allowed are those that a kubelet may set itself."),
  taints: z.array(taint).default([]).describe("Node taints: `{ key, value, effect }`."),
});

const url = z
  .string()
  .regex(/^https?:\/\/[^\s"'\\]+[^/\s"'\\]$/, { error: "an http(s) URL without a closing slash" });

const mirrors = strictObject({
  kubernetesPackages: url
    .default("https://pkgs.k8s.io/core:/stable:")
    .describe(
      "URL in place of `https://pkgs.k8s.io/core:/stable:`. Serves `/v<minor>/deb/` with its own `Release.key`.",
    ),
  registries: z
    .record(
      z.string().regex(/^[a-z0-9.-]+(:\d+)?$/, { error: "a registry's host, such as registry.k8s.io" }),
      url,
    )
    .default({})
    .describe("Registry mirrors: host to URL. The mirror is asked first, then the host itself."),
});

/** The settings of `perigee-infra:`. Every key is one line of docs/settings.md. */
export const settingsSchema = strictObject({
  clusterName: dnsLabel(32)
    .describe("Name of the cluster, and prefix of the names of its machines. Default: `perigee-<stack>`.")
    .meta({ example: "ground" }),
  kubernetesVersion: z
    .enum(testedVersions() as [string, ...string[]], {
      error: (issue) =>
        `${JSON.stringify(issue.input)} was not tested with this Perigee; allowed: ${testedVersions().join(", ")}`,
    })
    .default(defaultKubernetesVersion)
    .describe("Kubernetes version, such as `1.36.3`. Only tested versions are allowed."),
  adminCidrs: z
    .array(cidr(8, 32), { error: "a list of IPv4 blocks" })
    .refine((blocks) => blocks.length > 0, {
      error: "at least one IPv4 block: nobody could reach the cluster",
    })
    .refine(({ length }) => length <= 9, { error: "at most 9 blocks: a security group holds 60 rules" })
    .describe("IPv4 CIDRs, /8 to /32, that may reach SSH, the API server and the published node ports.")
    .meta({ example: ["198.51.100.7/32"] }),
  vpcCidr: cidr(16, 22)
    .prefault("10.0.0.0/16")
    .describe(
      "VPC CIDR, /16 to /22. Cannot be changed later. Subnets are its /24s, starting with the second.",
    ),
  availabilityZones: whole(1, 3)
    .default(1)
    .describe(
      "Number of zones that new machines are spread over, 1 to 3. Reduce it only when the last zone has no machines.",
    ),
  podCidr: cidr(8, 24)
    .prefault("10.244.0.0/16")
    .describe("Pod CIDR, /8 to /24. Each node gets a /24 of it. Cannot be changed later."),
  serviceCidr: cidr(12, 24)
    .prefault("10.96.0.0/12")
    .describe("Service CIDR, /12 to /24. Cannot be changed later."),
  controlPlane: controlPlane
    .prefault({})
    .describe("The machine that runs the API server and etcd.")
    .meta({ example: { instanceType: "m7i.large", diskGiB: 50 } }),
  workers: z
    .array(workerPool)
    .prefault([{ name: "default" }])
    .describe("Worker pools.")
    .meta({
      example: [
        { name: "default", count: 2, diskGiB: 100 },
        {
          name: "passes",
          spot: true,
          labels: { "example.org/pass": "true" },
          taints: [{ key: "example.org/pass", value: "true", effect: "NoSchedule" }],
        },
      ],
    }),
  machineImage: z
    .string()
    .regex(/^ami-[0-9a-f]{8,17}$/, { error: "an AMI id such as ami-0123456789abcdef0" })
    .optional()
    .describe("AMI of new machines. Default: the latest Ubuntu 24.04 LTS.")
    .meta({ example: "ami-0123456789abcdef0" }),
  mirrors: mirrors
    .prefault({})
    .describe("Mirrors of the public package repository and registries.")
    .meta({
      example: {
        kubernetesPackages: "https://mirror.example/kubernetes",
        registries: { "docker.io": "https://mirror.example/v2/hub" },
      },
    }),
  publishedNodePorts: z
    .array(nodePort)
    .refine(({ length }) => length <= 5, { error: "at most 5: a security group holds 60 rules" })
    .default([])
    .describe("Node ports of your own Services that `adminCidrs` may reach.")
    .meta({ example: [{ port: 30081, why: "Antenna control" }] }),
  flowLogs: z
    .boolean()
    .default(false)
    .describe("Write VPC flow logs to CloudWatch, kept for 14 days; about 0.50 USD per GB ingested."),
  drainTimeoutSeconds: whole(10, 3600)
    .default(300)
    .describe(
      "Seconds a drain may wait for PodDisruptionBudgets. To raise it, run `up` once before you remove workers.",
    ),
  readyTimeoutSeconds: whole(60, 3600)
    .default(600)
    .describe("Seconds a node may take from joining to Ready before `up` fails."),
});

export type Settings = z.output<typeof settingsSchema>;

/**
 * Settings checked against the schema, whatever their source.
 * @throws SettingsError with every problem, before any resource is registered
 */
export function parseSettings(raw: Readonly<Record<string, unknown>>, stack: string): Settings {
  const named = { clusterName: `perigee-${stack}`, ...raw };
  return checkSettings(namespace, settingsSchema, named, crossChecks);
}

/** Settings of the current stack. */
export function loadSettings(): Settings {
  return parseSettings(rawSettings(namespace, settingsSchema), pulumi.getStack());
}
