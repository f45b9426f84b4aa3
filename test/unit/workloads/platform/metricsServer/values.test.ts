import assert from "node:assert/strict";
import { join } from "node:path";
import fc from "fast-check";
import { metricsServerValues } from "../../../../../workloads/platform/metricsServer/values";
import { testedCharts } from "../../../../../workloads/settings/chart";
import { metricsServerSize } from "../../../../../workloads/sizes";
import { unknownPathsOf } from "../../valuesList";

const { version } = testedCharts.metricsServer;
const unknownPaths = unknownPathsOf({
  file: join(__dirname, `metrics-server-${version}-values.tsv`),
  withoutDefault: { "resources.limits": "templates/deployment.yaml" },
});

describe("values of metrics-server", () => {
  const values = metricsServerValues(2);

  it("have no path that the chart does not know, nor of another kind", () => {
    assert.deepEqual(unknownPaths(values), []);
    const misspelt = { tls: { helm: { lockup: true } }, replicas: "2" };
    assert.deepEqual(unknownPaths(misspelt), ["tls.helm.lockup", "replicas: string, not number"]);
  });

  it("verify the kubelets' certificates by the cluster's authority", () => {
    const argument = "--kubelet-certificate-authority=/var/run/secrets/kubernetes.io/serviceaccount/ca.crt";
    assert.ok(values.args.includes(argument));
    assert.doesNotMatch(JSON.stringify(values), /kubelet-insecure-tls/);
  });

  it("let one that ends serve until every node knows, so that the API never answers 503", () => {
    assert.ok(values.args.includes("--shutdown-delay-duration=10s"));
  });

  it("let the API server verify metrics-server, by a certificate that upgrades keep", () => {
    assert.equal(values.apiService.insecureSkipTLSVerify, false);
    assert.deepEqual(values.tls, { type: "helm", helm: { lookup: true, certDurationDays: 3650 } });
  });

  it("run two on two nodes, the control plane for one where there is a single worker", () => {
    assert.equal(values.replicas, 2);
    assert.equal(values.topologySpreadConstraints[0]?.whenUnsatisfiable, "ScheduleAnyway");
    const [first] = values.tolerations;
    assert.deepEqual(first, {
      key: "node-role.kubernetes.io/control-plane",
      operator: "Exists",
      effect: "NoSchedule",
    });
    assert.equal(metricsServerValues(1).replicas, 1);
    assert.equal(metricsServerValues(50).replicas, 2);
  });

  it("never hold a drain back: one may always go", () => {
    assert.deepEqual(values.podDisruptionBudget, {
      enabled: true,
      maxUnavailable: 1,
      unhealthyPodEvictionPolicy: "AlwaysAllow",
    });
  });

  it("leave a dead node within half a minute", () => {
    const seconds = values.tolerations.flatMap((each) =>
      "tolerationSeconds" in each ? [each.tolerationSeconds] : [],
    );
    assert.deepEqual(seconds, [30, 30]);
  });
});

describe("the size of metrics-server", () => {
  const nodes = fc.integer({ min: 1, max: 800 });

  it("has 2 MiB and a thousandth of a core for each node", () => {
    fc.assert(
      fc.property(nodes, (count) => {
        const { cpu, memoryMiB } = metricsServerSize(count);
        const [memory, cores] = [memoryMiB.request - 48 - 2 * count, cpu.request - 0.02 - count / 1000];
        return memory >= 0 && memory < 20 && cores > -1e-9 && cores < 0.01;
      }),
    );
  });

  it("asks for no more than its limit, and is the same for all of a ten", () => {
    fc.assert(
      fc.property(nodes, (count) => {
        const { cpu, memoryMiB } = metricsServerSize(count);
        assert.deepEqual(metricsServerSize(Math.ceil(count / 10) * 10), metricsServerSize(count));
        return cpu.request < cpu.limit && memoryMiB.request < memoryMiB.limit;
      }),
    );
  });
});
