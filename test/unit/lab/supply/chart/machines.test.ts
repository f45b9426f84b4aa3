import assert from "node:assert/strict";
import { helm, renderedChart } from "./rendered";

interface Rendered {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec?: {
    readonly template?: {
      readonly spec: {
        readonly containers: readonly {
          readonly args: readonly string[];
          readonly volumeMounts: readonly object[];
        }[];
        readonly volumes: readonly object[];
      };
    };
    readonly endpoints?: readonly { readonly scheme?: string; readonly tlsConfig?: object }[];
  };
}

const folder = "/var/lib/perigee/metrics";

(helm === undefined ? describe.skip : describe)("scrapes of the machines by the lab's chart", function () {
  this.timeout(30_000);
  let objects: readonly Rendered[];
  before(async () => (objects = await renderedChart<Rendered>()));

  const specOf = (kind: string, name: string) =>
    objects.find((object) => object.kind === kind && object.metadata.name === name)?.spec;

  it("read the metrics that scripts on the machines leave, in a folder that every node is given", () => {
    const pod = specOf("DaemonSet", "monitoring-prometheus-node-exporter")?.template?.spec;
    const [container] = pod?.containers ?? [];
    assert.equal(container?.args.at(-1), `--collector.textfile.directory=${folder}`);
    assert.deepEqual(container.volumeMounts.at(-1), {
      ...{ name: "perigee-metrics", mountPath: folder, readOnly: true },
    });
    assert.deepEqual(pod?.volumes.at(-1), {
      ...{ name: "perigee-metrics", hostPath: { path: folder, type: "DirectoryOrCreate" } },
    });
  });

  it("leave out the file systems that Perigee's values leave out", () => {
    const pod = specOf("DaemonSet", "monitoring-prometheus-node-exporter")?.template?.spec;
    const excluded = pod?.containers[0]?.args.filter((argument) => argument.includes("filesystem")) ?? [];
    assert.equal(excluded.length, 2);
  });

  it("verify the kubelets' certificates by the cluster's authority", () => {
    const endpoints = specOf("ServiceMonitor", "monitoring-kubelet")?.endpoints ?? [];
    assert.equal(endpoints.length, 3);
    for (const { scheme, tlsConfig } of endpoints) {
      assert.equal(scheme, "https");
      assert.deepEqual(tlsConfig, {
        caFile: "/var/run/secrets/kubernetes.io/serviceaccount/ca.crt",
        insecureSkipVerify: false,
      });
    }
  });
});
