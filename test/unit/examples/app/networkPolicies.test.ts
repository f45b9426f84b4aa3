import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { guests, networkPolicies, type Policy } from "../../../../workloads/access/teams/networkPolicies";
import { parseSettings, type Settings } from "../../../../workloads/config";
import {
  clusterDns,
  fromGateway,
  inMonitoring,
  named,
  type Peer,
} from "../../../../workloads/monitoring/peers";
import { app, type AppObject, ofKind, pulumiObjects } from "../../../support/examples/app";

interface Rule {
  readonly from?: readonly Peer[];
  readonly to?: readonly Peer[];
  readonly ports?: readonly { readonly protocol: string; readonly port: number }[];
}

interface Spec {
  readonly podSelector: { readonly matchLabels?: Readonly<Record<string, string>> };
  readonly policyTypes: readonly string[];
  readonly ingress?: readonly Rule[];
  readonly egress?: readonly Rule[];
}

/** A pod by its labels and those of its namespace. */
interface Pod {
  readonly namespace: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
}

type Labels = Readonly<Record<string, string>>;
const has = (labels: Labels, wanted: Labels = {}): boolean =>
  Object.entries(wanted).every(([name, value]) => labels[name] === value);

/** Whether policies of the pod's own namespace let it talk to another one; as Kubernetes documents it: what one allows is allowed. */
function allows(
  policies: readonly Spec[],
  direction: "ingress" | "egress",
  pod: Pod,
  other: Pod,
  port: number,
) {
  const type = direction === "ingress" ? "Ingress" : "Egress";
  const about = policies.filter(
    ({ podSelector, policyTypes }) => policyTypes.includes(type) && has(pod.labels, podSelector.matchLabels),
  );
  if (about.length === 0) return true;
  const isPeer = ({ namespaceSelector, podSelector }: Peer): boolean =>
    has(other.namespace, namespaceSelector?.matchLabels ?? pod.namespace) &&
    has(other.labels, podSelector?.matchLabels);
  return about
    .flatMap((policy) => policy[direction] ?? [])
    .some(
      ({ from, to, ports }) =>
        ((from ?? to)?.some(isPeer) ?? true) && (ports?.some((each) => each.port === port) ?? true),
    );
}

const podOf = ({ namespaceSelector, podSelector }: Peer): Pod => ({
  namespace: namespaceSelector?.matchLabels ?? {},
  labels: podSelector?.matchLabels ?? {},
});

describe("who reaches examples/app", () => {
  const { config } = parse(readFileSync(join(app, "workloads.yaml"), "utf8")) as {
    config: Record<string, unknown>;
  };
  const settings: Settings = parseSettings({
    teams: config["perigee-workloads:teams"],
    gateway: config["perigee-workloads:gateway"],
  });
  const [team] = settings.teams;
  const namespace = "flight-dynamics";
  const specsOf = (policies: readonly Policy[]): Spec[] => policies.map(({ spec }) => spec);
  const ofTeam = specsOf(networkPolicies(team?.name ?? "", guests(settings)(namespace)));
  let own: Spec;
  let objects: AppObject[];
  before(async () => {
    objects = await pulumiObjects("prod");
    own = ofKind(objects, "NetworkPolicy")["spec"] as Spec;
  });

  const planner: Pod = {
    namespace: { ...named(namespace).matchLabels, "perigee.dev/team": "flight-dynamics" },
    labels: { "app.kubernetes.io/name": "planner" },
  };
  const colleague: Pod = { ...planner, labels: { "app.kubernetes.io/name": "archive" } };
  const stranger: Pod = { namespace: named("payload").matchLabels, labels: planner.labels };
  const [gateway, prometheus] = [podOf(fromGateway), podOf(inMonitoring("prometheus"))];
  const grafana = podOf(inMonitoring("grafana"));
  const dns: Pod = { namespace: named(clusterDns.namespace).matchLabels, labels: clusterDns.labels };
  const comesIn = (policies: readonly Spec[], other: Pod, port = 8080): boolean =>
    allows(policies, "ingress", planner, other, port);

  it("by its own policy: the gateway and Prometheus, on its port, and nobody else; it asks nobody", () => {
    for (const other of [gateway, prometheus]) assert.ok(comesIn([own], other));
    for (const other of [grafana, colleague, stranger]) assert.ok(!comesIn([own], other));
    assert.ok(!comesIn([own], gateway, 9229));
    for (const other of [dns, colleague, stranger]) {
      assert.ok(!allows([own], "egress", planner, other, 53));
    }
  });

  it("in a team's namespace without its own: the same, and the team", () => {
    for (const other of [gateway, prometheus, colleague]) assert.ok(comesIn(ofTeam, other));
    for (const other of [grafana, stranger]) assert.ok(!comesIn(ofTeam, other));
  });

  it("not by a gateway that has no route to it: then its own policy admits it", () => {
    const unled = specsOf(networkPolicies(team?.name ?? "", []));
    assert.ok(!comesIn(unled, gateway));
    assert.ok(comesIn([...unled, own], gateway));
  });

  it("with both: what either says", () => {
    const both = [...ofTeam, own];
    for (const other of [gateway, prometheus, colleague]) assert.ok(comesIn(both, other));
    for (const other of [grafana, stranger]) assert.ok(!comesIn(both, other));
    assert.ok(allows(both, "egress", planner, dns, 53));
    assert.ok(!allows(both, "egress", planner, stranger, 8080));
  });

  it("has room in the team's quota, with all its pods and one more that a roll begins", () => {
    const { maxReplicas } = ofKind(objects, "HorizontalPodAutoscaler")["spec"] as { maxReplicas: number };
    assert.ok(team && (maxReplicas + 1) * 0.05 <= team.quota.cpu && maxReplicas < team.quota.pods);
    assert.ok((maxReplicas + 1) * 64 <= team.quota.memoryGiB * 1024);
  });
});
