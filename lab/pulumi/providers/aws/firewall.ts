/**
 * Ingress rules of each instance from its security groups, resolved to addresses. Pure.
 * Only ingress is enforced: the groups' egress rules are recorded and not applied.
 */
import type { IngressRule } from "../../../host/machine";
import { numeric, type Properties, text, texts } from "../rpc/values";
import type { Account, CloudResource } from "./account";
import { ingressRuleToken } from "./types/securityGroups";
import { instanceToken } from "./types/vpc";

const protocols: Readonly<Record<string, IngressRule["protocol"]>> = {
  "-1": "all",
  tcp: "tcp",
  udp: "udp",
  icmp: "icmp",
  "6": "tcp",
  "17": "udp",
  "1": "icmp",
};

/** Rules per running instance, sorted, without duplicates. */
export function ingressByInstance(account: Account): Map<string, IngressRule[]> {
  const instances = account.all(instanceToken);
  const rulesOfGroup = new Map<string, IngressRule[]>();
  for (const { group, rules } of account
    .all(ingressRuleToken)
    .map((rule) => resolve(rule.properties, instances))) {
    rulesOfGroup.set(group, [...(rulesOfGroup.get(group) ?? []), ...rules]);
  }
  return new Map(
    instances.filter(isRunning).map(({ id, properties }) => {
      const rules = texts(properties, "vpcSecurityGroupIds").flatMap(
        (group) => rulesOfGroup.get(group) ?? [],
      );
      return [id, distinct(rules)];
    }),
  );
}

export function isRunning({ properties }: CloudResource): boolean {
  return text(properties, "instanceState") === "running";
}

function resolve(
  rule: Properties,
  instances: readonly CloudResource[],
): { group: string; rules: IngressRule[] } {
  const protocol = protocols[text(rule, "ipProtocol") ?? ""] ?? "all";
  const everyPort = protocol === "all" || protocol === "icmp";
  const ports = {
    fromPort: everyPort ? 0 : (numeric(rule, "fromPort") ?? 0),
    toPort: everyPort ? 65535 : (numeric(rule, "toPort") ?? 65535),
  };
  return {
    group: text(rule, "securityGroupId") ?? "",
    rules: sources(rule, instances).map((sourceCidr) => ({ protocol, ...ports, sourceCidr })),
  };
}

/** Source CIDRs of a rule. A group stands for the private addresses of its members, in any subnet or VPC. */
function sources(rule: Properties, instances: readonly CloudResource[]): string[] {
  const cidr = text(rule, "cidrIpv4");
  if (cidr !== undefined) return [cidr];
  const group = text(rule, "referencedSecurityGroupId") ?? "";
  return instances
    .filter(({ properties }) => texts(properties, "vpcSecurityGroupIds").includes(group))
    .map(({ properties }) => text(properties, "privateIp") ?? "")
    .filter((address) => address !== "") // a terminated instance has none
    .map((address) => `${address}/32`);
}

function distinct(rules: readonly IngressRule[]): IngressRule[] {
  const byText = new Map(rules.map((rule) => [JSON.stringify(rule), rule]));
  return [...byText].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, rule]) => rule);
}
