/** Policy that only the operators' CIDRs may reach SSH, the API server and node ports. */
import type { ResourceValidationPolicy } from "@pulumi/policy";
import { list, number, objects, type Properties, text } from "./properties";

/** Traffic that a rule admits, independent of the resource type. */
interface Admission {
  readonly protocol: string;
  readonly first: number;
  readonly last: number;
  readonly blocks: readonly string[];
}

interface PortRange {
  readonly name: string;
  readonly first: number;
  readonly last: number;
}

const guarded: readonly PortRange[] = [
  { name: "SSH (22)", first: 22, last: 22 },
  { name: "the API server (6443)", first: 6443, last: 6443 },
  { name: "a node port (30000-32767)", first: 30_000, last: 32_767 },
];

/** Shortest prefixes of a CIDR that may belong to one operator; `adminCidrs` refuses larger blocks too. */
const smallestPrefix = { ipv4: 8, ipv6: 19 };

/** Inbound rules by resource type. */
const admissionsOf: Readonly<Record<string, (properties: Properties) => Admission[]>> = {
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": (rule) => [
    admission(text(rule, "ipProtocol"), rule, [rule.cidrIpv4, rule.cidrIpv6]),
  ],
  "aws:ec2/securityGroupRule:SecurityGroupRule": (rule) => (rule.type === "ingress" ? [inline(rule)] : []),
  "aws:ec2/securityGroup:SecurityGroup": (group) => objects(group, "ingress").map(inline),
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": (group) => objects(group, "ingress").map(inline),
};

const inline = (rule: Properties): Admission =>
  admission(text(rule, "protocol"), rule, [...list(rule, "cidrBlocks"), ...list(rule, "ipv6CidrBlocks")]);

function admission(protocol: string | undefined, rule: Properties, blocks: readonly unknown[]): Admission {
  // "-1" is all protocols without ports: every port is admitted.
  const all = protocol === undefined || protocol === "-1" || protocol === "all";
  return {
    protocol: all ? "every protocol" : protocol,
    first: all ? 0 : (number(rule, "fromPort") ?? 0),
    last: all ? 65_535 : (number(rule, "toPort") ?? 65_535),
    blocks: blocks.filter((block): block is string => typeof block === "string"),
  };
}

function isWorld(block: string): boolean {
  const prefix = Number(block.split("/")[1]);
  return prefix < (block.includes(":") ? smallestPrefix.ipv6 : smallestPrefix.ipv4);
}

export const noWorldAccess: ResourceValidationPolicy = {
  name: "no-world-access",
  description: "SSH, the API server and node ports are for the operators' blocks, never for the world.",
  enforcementLevel: "mandatory",
  validateResource: ({ type, props }, report) => {
    for (const { protocol, first, last, blocks } of admissionsOf[type]?.(props) ?? []) {
      for (const block of blocks.filter(isWorld)) {
        for (const port of guarded.filter((range) => first <= range.last && range.first <= last)) {
          report(
            `${block} may reach ${port.name} (${protocol}, ports ${first} to ${last}): name your own blocks`,
          );
        }
      }
    }
  },
};
