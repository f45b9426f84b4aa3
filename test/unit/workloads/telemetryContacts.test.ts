import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deploy, type RecordedResource } from "../../support/workloads/mocks";

interface Container {
  readonly args: readonly unknown[];
  readonly env?: readonly unknown[];
  readonly volumeMounts: readonly {
    readonly name: string;
    readonly mountPath: string;
    readonly subPath?: string;
  }[];
}

/** Containers and pod annotations of exporter and simulator, and the objects by name. */
async function deployed(telemetry: object): Promise<{
  exporter: Container;
  simulator: Container;
  annotations: Readonly<Record<string, string>>;
  named: (name: string) => RecordedResource | undefined;
}> {
  const { resources } = await deploy({ telemetry });
  const template = (name: string) => {
    const found = resources.find((each) => each.type.endsWith(":Deployment") && each.name === name);
    const spec = found?.inputs["spec"] as {
      template: { spec: { containers: Container[] }; metadata: { annotations: Record<string, string> } };
    };
    return spec.template;
  };
  const container = (name: string): Container => {
    const [first] = template(name).spec.containers;
    assert.ok(first);
    return first;
  };
  return {
    exporter: container("telemetry"),
    simulator: container("simulator"),
    annotations: template("telemetry").metadata.annotations,
    named: (name) =>
      resources.find(({ inputs }) => (inputs["metadata"] as { name?: string } | undefined)?.name === name),
  };
}

describe("telemetry.contacts", () => {
  let folder: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), "perigee-contacts-"))));
  after(() => rmSync(folder, { recursive: true }));
  const planFile = (text: string): string => {
    const path = join(folder, "plan.csv");
    writeFileSync(path, text);
    return path;
  };
  const plan = "start,end,station\n2026-11-27T08:15:00Z,2026-11-27T08:25:00Z,svalbard\n";

  it("changes nothing where there is none", async () => {
    const { exporter, simulator, named } = await deployed({});
    assert.deepEqual([exporter.env, simulator.env], [undefined, undefined]);
    assert.equal(named("telemetry-contacts"), undefined);
    assert.ok(!simulator.args.some((each) => String(each).startsWith("--spacecraft")));
  });

  it("are mounted as a folder in both pods, so that another plan restarts neither", async () => {
    const { exporter, simulator, named, annotations } = await deployed({ contacts: planFile(plan) });
    assert.deepEqual(named("telemetry-contacts")?.inputs["data"], { contacts: plan });
    for (const { env, volumeMounts } of [exporter, simulator]) {
      assert.deepEqual(env, [
        { name: "PERIGEE_TELEMETRY_CONTACTS", value: "/etc/perigee-contacts/contacts" },
      ]);
      const mount = volumeMounts.find(({ name }) => name === "contacts");
      assert.equal(mount?.mountPath, "/etc/perigee-contacts");
      assert.equal(mount.subPath, undefined, "a sub path never changes");
    }
    const other = await deployed({ contacts: planFile(plan.replaceAll("08:", "09:")) });
    assert.deepEqual(other.annotations, annotations);
  });

  it("of an address are in a Secret, and restart the pods when it changes", async () => {
    const url = "https://me:secret@plan.example/contacts.json";
    const { exporter, named, annotations } = await deployed({ contacts: url });
    assert.deepEqual(exporter.env, [
      {
        name: "PERIGEE_TELEMETRY_CONTACTS",
        valueFrom: { secretKeyRef: { name: "telemetry-contacts", key: "url" } },
      },
    ]);
    assert.match(JSON.stringify(named("telemetry-contacts")?.inputs), /me:secret@plan/);
    const other = await deployed({ contacts: `${url}?v=2` });
    assert.notEqual(other.annotations["perigee.dev/contacts"], annotations["perigee.dev/contacts"]);
  });

  it("are beside the links of the exporter", async () => {
    const { exporter } = await deployed({ contacts: "http://plan/", links: ["tcp://station:5000"] });
    assert.equal(exporter.env?.length, 2);
  });

  it("go with a recorder and a second station of the simulator", async () => {
    const simulator = { dumpRate: 50, secondStationSeconds: 12 };
    const { simulator: made } = await deployed({ contacts: "http://plan/", spacecraft: "sat-7", simulator });
    for (const wanted of ["--spacecraft=sat-7", "--dump=50", "--second-station=12"]) {
      assert.ok(made.args.includes(wanted), wanted);
    }
  });

  for (const [what, telemetry, message] of [
    [
      "a file that is not there",
      { contacts: "nowhere.csv" },
      /cannot be read: ENOENT \(a path from the repository/,
    ],
    ["an address that is none", { contacts: "https://" }, /is no URL/],
    [
      "a recorder without contacts",
      { simulator: { dumpRate: 5 } },
      /simulator\.dumpRate.*needs `telemetry\.contacts`/,
    ],
  ] as const) {
    it(`are refused with what is wrong: ${what}`, async () => {
      await assert.rejects(deployed(telemetry), message);
    });
  }

  it("are refused with every fault of the file", async () => {
    const contacts = planFile("start,end\nnow,2026-11-27T08:15:00Z\n2026-11-27T08:15:00Z,then\n");
    await assert.rejects(
      deployed({ contacts }),
      /line 2: start must be a time[^]*line 3: end must be a time/,
    );
  });
});
