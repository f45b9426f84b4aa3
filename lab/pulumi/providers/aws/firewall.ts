/**
 * Ingress rules of each instance from its security groups, resolved to addresses. Pure.
 * Only ingress is enforced: the groups' egress rules are recorded and not applied.
 */
import type { IngressRule } from "../../../host/machine";
import { numeric, type Properties, text, texts } from "../rpc/values";
import type { Account, CloudResource } from "./account";
import { interfacesOf } from "./types/loadBalancers";
import { ingressRuleToken } from "./types/securityGroups";
import { instanceToken, loadBalancerToken } from "./types/vpc";

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
  const rulesOfGroup = rulesByGroup(account);
  return new Map(
    account
      .all(instanceToken)
      .filter(isRunning)
      .map(({ id, properties }) => [id, rulesOf(rulesOfGroup, texts(properties, "vpcSecurityGroupIds"))]),
  );
}

/** Rules of these groups together, as of a load balancer's. */
export function ingressOfGroups(account: Account, groups: readonly string[]): IngressRule[] {
  return rulesOf(rulesByGroup(account), groups);
}

function rulesOf(
  rules: ReadonlyMap<string, readonly IngressRule[]>,
  groups: readonly string[],
): IngressRule[] {
  return distinct(groups.flatMap((group) => rules.get(group) ?? []));
}

function rulesByGroup(account: Account): Map<string, IngressRule[]> {
  const members = membersOf(account);
  const rulesOfGroup = new Map<string, IngressRule[]>();
  for (const { group, rules } of account
    .all(ingressRuleToken)
    .map((rule) => resolve(rule.properties, members))) {
    rulesOfGroup.set(group, [...(rulesOfGroup.get(group) ?? []), ...rules]);
  }
  return rulesOfGroup;
}

/** An interface in the VPC: an instance's, or a load balancer's in one zone. */
interface Member {
  readonly groups: readonly string[];
  readonly address: string;
}

function membersOf(account: Account): Member[] {
  const instances = account.all(instanceToken).map(({ properties }) => ({
    groups: texts(properties, "vpcSecurityGroupIds"),
    address: text(properties, "privateIp") ?? "",
  }));
  const balancers = account.all(loadBalancerToken).flatMap(({ properties }) =>
    interfacesOf(properties).map(({ privateIp: address }) => ({
      groups: texts(properties, "securityGroups"),
      address,
    })),
  );
  return [...instances, ...balancers].filter(({ address }) => address !== ""); // a terminated instance has none
}

export function isRunning({ properties }: CloudResource): boolean {
  return text(properties, "instanceState") === "running";
}

function resolve(rule: Properties, members: readonly Member[]): { group: string; rules: IngressRule[] } {
  const protocol = protocols[text(rule, "ipProtocol") ?? ""] ?? "all";
  const everyPort = protocol === "all" || protocol === "icmp";
  const ports = {
    fromPort: everyPort ? 0 : (numeric(rule, "fromPort") ?? 0),
    toPort: everyPort ? 65535 : (numeric(rule, "toPort") ?? 65535),
  };
  return {
    group: text(rule, "securityGroupId") ?? "",
    rules: sources(rule, members).map((sourceCidr) => ({ protocol, ...ports, sourceCidr })),
  };
}

/** Source CIDRs of a rule. A group stands for the private addresses of its members, in any subnet or VPC. */
function sources(rule: Properties, members: readonly Member[]): string[] {
  const cidr = text(rule, "cidrIpv4");
  if (cidr !== undefined) return [cidr];
  const group = text(rule, "referencedSecurityGroupId") ?? "";
  return members.filter(({ groups }) => groups.includes(group)).map(({ address }) => `${address}/32`);
}

function distinct(rules: readonly IngressRule[]): IngressRule[] {
  const byText = new Map(rules.map((rule) => [JSON.stringify(rule), rule]));
  return [...byText].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, rule]) => rule);
}
