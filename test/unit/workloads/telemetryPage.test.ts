import assert from "node:assert/strict";
import { nodePorts } from "../../../contract/outputs";
import { telemetryNames } from "../../../workloads/telemetry/names";
import { deploy } from "../../support/workloads/mocks";

const { httpPort, pagePort, udpPort, tcpPort } = telemetryNames;

interface Ingress {
  readonly from?: unknown;
  readonly ports: readonly { readonly protocol: string; readonly port: number }[];
}

describe("the exporter's page on the cluster", () => {
  it("has a port of its own, so that its node port does not lead to the metrics", async () => {
    const { resources } = await deploy({});
    const specOf = (type: string, name: string): Record<string, unknown> => {
      const found = resources.find((each) => each.type.endsWith(`:${type}`) && each.name === name);
      return found?.inputs["spec"] as Record<string, unknown>;
    };
    assert.deepEqual(specOf("Service", "telemetry-page")["ports"], [
      { name: "page", port: pagePort, targetPort: "page", nodePort: nodePorts.telemetryPage.port },
    ]);
    const { template } = specOf("Deployment", "telemetry") as {
      template: { spec: { containers: { args: string[]; ports: object[] }[] } };
    };
    const [container] = template.spec.containers;
    assert.ok(container);
    assert.ok(container.args.includes(`--page-port=${pagePort}`));
    assert.deepEqual(container.ports.slice(0, 2), [
      { name: "http", containerPort: httpPort },
      { name: "page", containerPort: pagePort },
    ]);
    const { ingress } = specOf("NetworkPolicy", "telemetry") as { ingress: Ingress[] };
    const [metrics, people, ...more] = ingress;
    assert.ok(metrics?.from !== undefined && people !== undefined && people.from === undefined);
    assert.deepEqual(metrics.ports, [{ protocol: "TCP", port: httpPort }]);
    assert.deepEqual(
      people.ports.map(({ port }) => port),
      [pagePort, udpPort, tcpPort],
    );
    assert.deepEqual(more, []);
  });
});
