/** A balancer of two zones with one group, for tests. */
import type { BalancerSpec, BalancerTarget, HealthCheck } from "../../../../../lab/host/balancer/spec";

export const check: HealthCheck = {
  protocol: "HTTPS",
  path: "/readyz",
  interval: 5,
  timeout: 3,
  healthyThreshold: 2,
  unhealthyThreshold: 2,
};

export const target = (number: number, zone = "eu-central-1a"): BalancerTarget => ({
  id: `i-${number}`,
  address: `10.0.1.${number}`,
  port: 6443,
  zone,
});

export function balancer(changes: Partial<BalancerSpec> = {}, targets = [target(5)]): BalancerSpec {
  return {
    id: "0123456789abcdef",
    dnsName: "api-0123456789abcdef.elb.eu-central-1.amazonaws.com",
    nodes: [
      {
        zone: "eu-central-1a",
        subnetCidr: "10.0.1.0/24",
        privateIp: "10.0.1.8",
        publicIp: "203.0.113.20",
      },
      { zone: "eu-central-1b", subnetCidr: "10.0.2.0/24", privateIp: "10.0.2.8", publicIp: "203.0.113.21" },
    ],
    crossZone: true,
    listeners: [{ port: 6443, group: "api" }],
    groups: [{ name: "api", check, targets, deregistrationDelay: 10, connectionTermination: true }],
    ingress: [],
    registrationSeconds: 10,
    ...changes,
  };
}
