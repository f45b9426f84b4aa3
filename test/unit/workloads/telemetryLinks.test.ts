import assert from "node:assert/strict";
import { deploy, type RecordedResource } from "../../support/workloads/mocks";

const station = "tcp://station.example:5000?framing=tm&frameBytes=1115";
const server = "tcp-server://0.0.0.0:10016?framing=packets";

interface PodSpec {
  readonly containers: readonly {
    readonly env?: readonly unknown[];
    readonly resources: { readonly limits: { readonly memory: string } };
    readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
  }[];
}

/** The exporter's container, pod annotations, and the objects by name. */
async function deployed(links: readonly string[] | undefined): Promise<{
  container: PodSpec["containers"][number] | undefined;
  annotations: Readonly<Record<string, string>>;
  named: (name: string) => RecordedResource | undefined;
}> {
  const { resources } = await deploy(links === undefined ? {} : { telemetry: { links } });
  const named = (name: string): RecordedResource | undefined =>
    resources.find(({ inputs }) => (inputs["metadata"] as { name?: string } | undefined)?.name === name);
  const exporter = resources.find(({ type, name }) => type.endsWith(":Deployment") && name === "telemetry");
  const { template } = exporter?.inputs["spec"] as {
    template: { spec: PodSpec; metadata: { annotations: Record<string, string> } };
  };
  return { container: template.spec.containers[0], annotations: template.metadata.annotations, named };
}

describe("telemetry.links", () => {
  it("changes nothing where there is none", async () => {
    const { container, annotations, named } = await deployed(undefined);
    assert.equal(container?.env, undefined);
    assert.equal(annotations["perigee.dev/sources"], undefined);
    assert.equal(named("telemetry-sources"), undefined);
    assert.equal(named("telemetry-ground-station-tcp"), undefined);
  });

  it("are given to the exporter in a Secret, beside the UDP port, and restart it when they change", async () => {
    const { container, annotations, named } = await deployed([station]);
    assert.deepEqual(container?.env, [
      {
        name: "PERIGEE_TELEMETRY_SOURCE",
        valueFrom: { secretKeyRef: { name: "telemetry-sources", key: "source" } },
      },
    ]);
    assert.match(
      JSON.stringify(named("telemetry-sources")?.inputs),
      /"udp:\/\/0\.0\.0\.0:10015 tcp:\/\/station/,
    );
    const other = await deployed([`${station}&randomised=true`]);
    assert.notEqual(annotations["perigee.dev/sources"], other.annotations["perigee.dev/sources"]);
    assert.equal(named("telemetry-ground-station-tcp"), undefined);
  });

  it("with a TCP server have a node port, and a sender's stream stays with one exporter", async () => {
    const { container, named } = await deployed([server]);
    assert.ok(
      container?.ports.some(({ name, containerPort }) => name === "stream" && containerPort === 10016),
    );
    const { type, sessionAffinity, ports } = named("telemetry-ground-station-tcp")?.inputs["spec"] as {
      type: string;
      sessionAffinity: string;
      ports: readonly { nodePort: number }[];
    };
    assert.deepEqual([type, sessionAffinity, ports[0]?.nodePort], ["NodePort", "ClientIP", 30116]);
  });

  it("with further spacecraft give the exporter memory for them, of which its alert knows", async () => {
    const bytes = async (links: readonly string[]): Promise<{ limitMiB: number; alertMiB: number }> => {
      const { container, named } = await deployed(links);
      const limit = container?.resources.limits.memory ?? "";
      const rules = JSON.stringify(named("telemetry-exporter")?.inputs);
      const alert = /process_resident_memory_bytes[^>]*> (\d+)/.exec(rules)?.[1];
      return { limitMiB: Number.parseInt(limit, 10), alertMiB: Number(alert) / 1024 ** 2 };
    };
    const one = await bytes([]);
    const ids = Array.from({ length: 21 }, (_, i) => `${i}:sat${i}`).join(",");
    const named = [`${server.replace("packets", "tm")}&frameBytes=1115&spacecraft=${ids}`];
    const many = await bytes([...named, "udp://0.0.0.0:10015?spacecraft=sat0"]);
    assert.equal(many.limitMiB, one.limitMiB + 42, "24 KiB for each of 88 parameters of 20 further ones");
    assert.equal(many.alertMiB, one.alertMiB + 42);
    assert.equal((await bytes(named)).limitMiB, one.limitMiB + 44, "the UDP port has one of its own");
  });

  it("of UDP say what the UDP port gets, and are not there twice", async () => {
    const { named } = await deployed(["udp://0.0.0.0:10015?headerBytes=4"]);
    assert.match(
      JSON.stringify(named("telemetry-sources")?.inputs),
      /"udp:\/\/0\.0\.0\.0:10015\?headerBytes=4"/,
    );
  });

  for (const [link, message] of [
    ["tcp://a:1?framing=x", /framing: must be packets, tm or aos/],
    ["tcp-server://0.0.0.0:7", /must be tcp-server:\/\/0\.0\.0\.0:10016, where the Services lead to/],
    ["udp://127.0.0.1:10015", /must be udp:\/\/0\.0\.0\.0:10015/],
  ] as const) {
    it(`are refused with what is wrong: ${link}`, async () => {
      await assert.rejects(deploy({ telemetry: { links: [link] } }), message);
    });
  }
});
