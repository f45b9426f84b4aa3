/** The account's load balancers as the machine layer takes them: resolved to addresses. Pure. */
import type { BalancerSpec, BalancerTarget, HealthCheck, TargetGroup } from "../../../host/balancer/spec";
import { map, numeric, type Properties, text, texts } from "../rpc/values";
import type { Account, CloudResource } from "./account";
import { ingressOfGroups } from "./firewall";
import { balancerId, forwardsTo, interfacesOf } from "./types/loadBalancers";
import {
  attachmentToken,
  instanceToken,
  listenerToken,
  loadBalancerToken,
  subnetToken,
  targetGroupToken,
} from "./types/vpc";

/** Seconds that a registration takes. AWS takes two to three minutes for a network load balancer's. */
const registrationSeconds = 10;

export function balancerSpecs(account: Account): BalancerSpec[] {
  return account.all(loadBalancerToken).map((balancer) => balancerSpec(balancer, account));
}

function balancerSpec({ id, properties }: CloudResource, account: Account): BalancerSpec {
  const listeners = account.where(listenerToken, "loadBalancerArn", id);
  const groups = [...new Set(listeners.map((one) => forwardsTo(one.properties)))]
    .map((arn) => account.find(targetGroupToken, arn))
    .filter((group) => group !== undefined);
  return {
    id: balancerId(id),
    dnsName: text(properties, "dnsName") ?? "",
    nodes: interfacesOf(properties).map(({ subnetId, privateIp, publicIp }) => {
      const subnet = account.find(subnetToken, subnetId)?.properties ?? {};
      return {
        zone: text(subnet, "availabilityZone") ?? "",
        subnetCidr: text(subnet, "cidrBlock") ?? "",
        privateIp,
        ...(publicIp === "" ? {} : { publicIp }),
      };
    }),
    crossZone: properties["enableCrossZoneLoadBalancing"] === true,
    listeners: listeners.map((one) => ({
      port: numeric(one.properties, "port") ?? 0,
      group: groupName(forwardsTo(one.properties) ?? ""),
    })),
    groups: groups.map((group) => targetGroup(group, account)),
    ingress:
      texts(properties, "securityGroups").length === 0
        ? [{ protocol: "all", fromPort: 0, toPort: 65535, sourceCidr: "0.0.0.0/0" }]
        : ingressOfGroups(account, texts(properties, "securityGroups")),
    registrationSeconds,
  };
}

const groupName = (arn: string): string => arn.split("/").slice(-2).join("-");

function targetGroup({ id, properties }: CloudResource, account: Account): TargetGroup {
  return {
    name: groupName(id),
    check: healthCheck(map(properties, "healthCheck")),
    targets: account
      .where(attachmentToken, "targetGroupArn", id)
      .flatMap((one) => target(one.properties, numeric(properties, "port") ?? 0, account)),
    deregistrationDelay: numeric(properties, "deregistrationDelay") ?? 300,
    connectionTermination: properties["connectionTermination"] === true,
  };
}

function healthCheck(check: Properties): HealthCheck {
  const protocol = text(check, "protocol");
  return {
    protocol: protocol === "HTTPS" || protocol === "TCP" ? protocol : "HTTP",
    path: text(check, "path") ?? "/",
    interval: numeric(check, "interval") ?? 30,
    timeout: numeric(check, "timeout") ?? 10,
    healthyThreshold: numeric(check, "healthyThreshold") ?? 3,
    unhealthyThreshold: numeric(check, "unhealthyThreshold") ?? 3,
  };
}

/** AWS takes an instance that is terminated out of its groups by itself. */
function target(attachment: Properties, groupPort: number, account: Account): BalancerTarget[] {
  const instance = account.find(instanceToken, text(attachment, "targetId"));
  const address = text(instance?.properties ?? {}, "privateIp") ?? "";
  if (instance === undefined || address === "") return [];
  const zone = text(instance.properties, "availabilityZone") ?? "";
  return [{ id: instance.id, address, port: groupPort, zone }];
}
