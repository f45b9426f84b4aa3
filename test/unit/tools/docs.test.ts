import assert from "node:assert/strict";
import { parseSettings as parseInfra } from "../../../infra/config";
import { documents, generated } from "../../../tools/docs/generate";
import { settingsOf, stacks } from "../../../tools/docs/settings";
import { trafficTable, withTrafficTable } from "../../../tools/docs/trafficTable";
import { parseSettings as parseWorkloads } from "../../../workloads/config";
import { small } from "../../support/infra/settingsExamples";

describe("generated documents", function () {
  this.timeout(60_000); // the policies come from several deployments of the program
  for (const path of Object.keys(documents)) {
    it(`docs/${path} is current (npm run docs)`, async () => {
      const { current, wanted } = await generated(path);
      assert.equal(current, wanted);
    });
  }
});

describe("the settings reference", () => {
  for (const stack of stacks) {
    it(`has a type and a default for every setting of ${stack.namespace}`, () => {
      const settings = settingsOf(stack);
      assert.ok(settings.length > 5);
      for (const { key, type, default: standard } of settings) {
        assert.ok(type !== "" && type !== "any" && standard !== "", `${key} has no type or default`);
      }
    });
  }

  it("says of no setting that it has no default where the program fills one in", () => {
    const parsed = { "perigee-infra": parseInfra(small, "dev"), "perigee-workloads": parseWorkloads({}) };
    const given = Object.keys(small);
    for (const stack of stacks) {
      for (const { key, default: standard } of settingsOf(stack)) {
        const path = key.split(".");
        if (standard !== "none" || given.includes(path[0] ?? "")) continue;
        const filled = path.reduce<unknown>(
          (inner, name) => (inner as Record<string, unknown> | undefined)?.[name],
          parsed[stack.namespace as keyof typeof parsed],
        );
        assert.equal(filled, undefined, `${key} is documented without a default`);
      }
    }
  });

  it("says what every setting means", () => {
    for (const { key, meaning } of stacks.flatMap(settingsOf)) {
      assert.notEqual(meaning, "", `${key} has no meaning: .describe() it in the schema`);
    }
  });

  it("shows examples that the programs accept", () => {
    const parse = {
      "perigee-infra": (raw: Record<string, unknown>) => parseInfra({ ...small, ...raw }, "dev"),
      "perigee-workloads": parseWorkloads,
    };
    // Receivers ask for a default, mail for somebody who gets it, a route for its receiver.
    const flight = { name: "flight", email: { to: "flight@example.org" } };
    const mail = { server: "smtp.example.org:587", from: "alerts@example.org" };
    const besides = {
      receivers: [flight],
      routes: [{ receiver: "flight" }],
      defaultReceiver: "nobody",
      mail,
    };
    const ephemeral = { storage: { kind: "ephemeral" } };
    let examples = 0;
    for (const stack of stacks) {
      for (const { key, example } of settingsOf(stack)) {
        if (example === undefined) continue;
        examples += 1;
        const path = key.split(".");
        const value = path.reduceRight<unknown>((inner, name) => ({ [name]: inner }), example);
        const raw = value as {
          monitoring?: { alerting?: object };
          telemetry?: { archive?: object };
          logs?: object;
        };
        // What is copied has to be kept.
        if (key === "telemetry.archive.copy") Object.assign(raw.telemetry?.archive ?? {}, ephemeral);
        // A store of one's own is named.
        if (["logs.url", "logs.headers"].includes(key)) {
          raw.logs = { kind: "external", url: "https://logs.example/", ...raw.logs };
        }
        if (raw.monitoring?.alerting !== undefined) {
          raw.monitoring.alerting = { ...besides, ...raw.monitoring.alerting };
        }
        assert.doesNotThrow(() => parse[stack.namespace as keyof typeof parse](raw), key);
      }
    }
    assert.ok(examples > 10);
  });

  it("lists what is inside objects and lists", () => {
    const [infra] = stacks;
    assert.ok(infra !== undefined);
    const keys = settingsOf(infra).map(({ key }) => key);
    for (const key of ["controlPlane.diskGiB", "workers[].taints[].effect", "mirrors.registries"]) {
      assert.ok(keys.includes(key), key);
    }
  });
});

describe("the traffic table", () => {
  it("has a line for every rule, with port, peers and reason", () => {
    const lines = trafficTable().split("\n");
    assert.ok(lines.includes("| every node | 22/tcp | `adminCidrs` | SSH |"));
    assert.ok(lines.includes("| control planes | 6443/tcp | `adminCidrs`, every node | Kubernetes API |"));
    assert.ok(lines.includes("| control planes | 2379-2380/tcp | control planes | etcd clients and peers |"));
  });

  it("is put between its markers, and only there", () => {
    const document = "before\n<!-- traffic-rules -->\nold\n<!-- /traffic-rules -->\nafter\n";
    const renewed = withTrafficTable(document);
    assert.ok(renewed.startsWith("before\n<!-- traffic-rules -->\n\n| to |"));
    assert.ok(renewed.endsWith("|\n\n<!-- /traffic-rules -->\nafter\n"));
    assert.equal(withTrafficTable(renewed), renewed);
    assert.throws(() => withTrafficTable("no markers"), /markers .* are missing/);
  });
});
