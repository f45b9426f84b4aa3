import assert from "node:assert/strict";
import { type OwnPod, podsOf } from "../../../../support/workloads/ownPods";
import { helm, renderedChart } from "./rendered";

interface Rendered {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec?: unknown;
  readonly automountServiceAccountToken?: boolean;
}

(helm === undefined ? describe.skip : describe)("pods of the lab's chart", function () {
  this.timeout(30_000);
  let objects: readonly Rendered[];
  let pods: readonly Pick<OwnPod, "owner" | "spec">[];
  before(async () => {
    objects = await renderedChart<Rendered>((values) => {
      values["kubeStateMetrics"] = { enabled: true };
      values["kube-state-metrics"] = { priorityClassName: "perigee-platform" };
    });
    // The operator makes pods of the spec of these, whose fields have the same names.
    const ofOperator = objects.filter(({ kind }) => kind === "Prometheus" || kind === "Alertmanager");
    pods = [
      ...podsOf(objects),
      ...ofOperator.map(({ kind, metadata, spec }) => ({
        owner: `${kind} ${metadata.name}`,
        spec: spec as OwnPod["spec"],
      })),
    ];
  });

  it("have no node port that the cluster chooses: it may choose one of Perigee's others", () => {
    const services = objects.filter(({ kind }) => kind === "Service") as readonly (Rendered & {
      readonly spec: { readonly type?: string; readonly ports: readonly { readonly nodePort?: number }[] };
    })[];
    const published = services.filter(({ spec }) => spec.type === "NodePort");
    assert.ok(published.length > 0);
    for (const { spec } of published) assert.ok(spec.ports.every(({ nodePort }) => nodePort !== undefined));
  });

  it("have a ServiceAccount of their own each", () => {
    const accounts = objects.filter(({ kind }) => kind === "ServiceAccount");
    assert.equal(pods.length, 6);
    assert.deepEqual(
      pods.map(({ spec }) => spec.serviceAccountName).sort(),
      accounts.map(({ metadata }) => metadata.name).sort(),
    );
  });

  it("have the PriorityClasses of Perigee's values", () => {
    const classes = pods.map(({ owner, spec }) => `${owner} ${spec.priorityClassName}`);
    assert.deepEqual(classes.sort(), [
      "Alertmanager monitoring-alertmanager perigee-telemetry",
      "DaemonSet monitoring-prometheus-node-exporter system-node-critical",
      "Deployment monitoring-grafana perigee-platform",
      "Deployment monitoring-kube-state-metrics perigee-platform",
      "Deployment monitoring-operator perigee-platform",
      "Prometheus monitoring-prometheus perigee-telemetry",
    ]);
  });

  it("mount its token only where they ask the API", () => {
    const isGiving = (name: string | undefined): boolean =>
      objects.find(({ kind, metadata }) => kind === "ServiceAccount" && metadata.name === name)
        ?.automountServiceAccountToken !== false;
    const mounting = pods.filter(
      ({ spec }) => spec.automountServiceAccountToken ?? isGiving(spec.serviceAccountName),
    );
    assert.deepEqual(mounting.map(({ owner }) => owner).sort(), [
      "Deployment monitoring-grafana",
      "Deployment monitoring-kube-state-metrics",
      "Deployment monitoring-operator",
      "Prometheus monitoring-prometheus",
    ]);
  });
});
