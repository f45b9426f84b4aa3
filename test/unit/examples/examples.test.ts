import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, parseAllDocuments } from "yaml";
import { dashboardFiles } from "../../../dashboards";
import { imagesOf, releaseOf, testedVersions } from "../../../infra/versions";
import { run } from "../../../lab/command";
import { repositoryRoot } from "../../../settings/repositoryRoot";
import { loadDictionary } from "../../../telemetry/dictionary";
import { TelemetryState } from "../../../telemetry/exporter";
import { ruleFile } from "../../../telemetry/rules";
import { Simulator } from "../../../telemetry/simulator";
import { checkPublished } from "../../../workloads/access/gateway/published";
import { defaultNodeImage, parseSettings } from "../../../workloads/config";
import { deploy, type RecordedResource } from "../../support/infra/mocks";
import { prometheusProgram } from "../../support/promtool";

const examples = join(repositoryRoot, "examples");

/** Settings of an example as the program reads them, without their namespace. */
function settingsOf(file: string, namespace: "perigee-infra" | "perigee-workloads"): Record<string, unknown> {
  const { config } = parse(readFileSync(join(examples, file), "utf8")) as { config: Record<string, unknown> };
  return Object.fromEntries(
    Object.entries(config)
      .filter(([key]) => key.startsWith(`${namespace}:`))
      .map(([key, value]) => [key.slice(namespace.length + 1), value]),
  );
}

interface CronJob {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: { readonly schedule: string; readonly jobTemplate: object };
}

const ofType = (resources: readonly RecordedResource[], type: string) =>
  resources.filter((resource) => resource.type === type);

describe("the examples", () => {
  it("are each in the list, with a page of their own", async () => {
    const list = await readFile(join(examples, "README.md"), "utf8");
    for (const name of ["own-dictionary", "events", "app", "batch-job", "air-gap", "pools", "teams"]) {
      assert.ok(list.includes(`](${name}/)`), name);
      assert.match(await readFile(join(examples, name, "README.md"), "utf8"), /^# /);
    }
  });

  it("batch-job awaits the job that it has, whose time to come is the settings'", async () => {
    const { jobs } = parseSettings(settingsOf("batch-job/workloads.yaml", "perigee-workloads"));
    const text = await readFile(join(examples, "batch-job/cronjob.yaml"), "utf8");
    const cron = parseAllDocuments(text)
      .map((document) => document.toJS() as CronJob)
      .find(({ kind }) => kind === "CronJob");
    assert.ok(cron);
    assert.deepEqual(
      jobs.map(({ name, everyMinutes }) => [name, everyMinutes]),
      [[cron.metadata.name, 60]],
    );
    assert.match(cron.spec.schedule, /^\d+ \* \* \* \*$/, "every hour");
    const program = JSON.stringify(cron.spec.jobTemplate);
    assert.ok(program.includes(`/metrics/job/${cron.metadata.name}"`.replaceAll('"', '\\"')));
    assert.ok(program.includes(defaultNodeImage));
  });

  describe("own-dictionary", () => {
    const dictionary = loadDictionary(join(examples, "own-dictionary/cubesat.yaml"));

    it("is what its settings name", () => {
      const { telemetry } = parseSettings(settingsOf("own-dictionary/workloads.yaml", "perigee-workloads"));
      assert.equal(telemetry.dictionary.dictionary.name, dictionary.name);
      assert.equal(telemetry.source, "udp");
    });

    it("gives every parameter a value in a simulated flight, without an error", () => {
      const start = 1_800_000_000;
      const simulator = new Simulator({ dictionary, scenario: "nominal", timeScale: 1, seed: 1, start });
      const state = new TelemetryState(dictionary, 5);
      for (let now = start; now <= start + 180; now++) {
        for (const packet of simulator.until(now)) state.receive(packet, now);
      }
      const stale = dictionary.parameters.filter(
        (parameter) => state.condition(parameter, start + 180) === "stale",
      );
      assert.deepEqual(stale, []);
      assert.deepEqual(
        Object.values(state.errors).filter((count) => count > 0),
        [],
      );
    });

    it("makes rules that Prometheus accepts, and dashboards", async () => {
      const folder = await mkdtemp(join(tmpdir(), "perigee-rules-"));
      try {
        const file = join(folder, "rules.json");
        await writeFile(file, JSON.stringify(ruleFile(dictionary)));
        await run(await prometheusProgram("promtool"), ["check", "rules", file]);
      } finally {
        await rm(folder, { recursive: true });
      }
      assert.ok(dashboardFiles(dictionary).some(({ json }) => json.includes("battery_voltage")));
    }).timeout(60_000);
  });

  describe("app", () => {
    it("has settings of both stacks by which its way in is open", async () => {
      const { teams, gateway } = parseSettings(settingsOf("app/workloads.yaml", "perigee-workloads"));
      assert.deepEqual(
        gateway.routes.map(({ namespace }) => namespace),
        teams.flatMap(({ namespaces = [] }) => namespaces),
      );
      const adminCidrs = ["198.51.100.7/32"];
      const { outputs } = await deploy({ adminCidrs, ...settingsOf("app/infra.yaml", "perigee-infra") });
      assert.ok(outputs["publishedNodePorts"]);
      assert.doesNotThrow(() => checkPublished("perigee-workloads", gateway, outputs));
      assert.throws(() => checkPublished("perigee-workloads", gateway, { publishedNodePorts: [] }));
    }).timeout(60_000);
  });

  describe("air-gap", () => {
    it("has a mirror for every registry that machines and the telemetry pull from, on every machine", async () => {
      const settings = settingsOf("air-gap/infra.yaml", "perigee-infra");
      const { registries } = settings["mirrors"] as { registries: Record<string, string> };
      const images = testedVersions().flatMap((version) => imagesOf("control-plane", releaseOf(version)));
      const hosts = new Set([...images, defaultNodeImage].map((image) => image.split("/")[0] ?? ""));
      assert.deepEqual(
        [...hosts].filter((host) => registries[host] === undefined),
        [],
      );
      const { resources } = await deploy(settings);
      const machines = ofType(resources, "aws:ec2/instance:Instance");
      assert.equal(machines.length, 2);
      for (const { inputs, name } of machines) {
        const userData = String(inputs["userData"]);
        for (const mirror of Object.values(registries)) {
          assert.ok(userData.includes(mirror), `${name}: ${mirror}`);
        }
        assert.match(userData, /KUBERNETES_PACKAGES='https:\/\/mirror\.example\//, name);
        assert.doesNotMatch(userData, /pkgs\.k8s\.io/, name);
      }
    });

    it("names no public address for charts", () => {
      const { monitoring, metricsServer } = parseSettings(
        settingsOf("air-gap/workloads.yaml", "perigee-workloads"),
      );
      for (const { reference } of [monitoring.chart, monitoring.crdsChart, metricsServer.chart]) {
        assert.match(reference, /^oci:\/\/mirror\.example\//);
      }
    });
  });

  describe("teams", () => {
    it("are what the settings take, and what docs/teams.md shows, but for the second one's pipeline", () => {
      const raw = settingsOf("teams/workloads.yaml", "perigee-workloads");
      const { teams } = parseSettings(raw);
      const page = readFileSync(join(repositoryRoot, "docs/teams.md"), "utf8");
      const [, yaml = ""] = /```yaml\n([\s\S]*?)```/.exec(page) ?? [];
      const shown = (parse(yaml) as Record<string, unknown>)["perigee-workloads:teams"];
      const [first, second] = parseSettings({ teams: shown }).teams;
      assert.deepEqual(teams, [first, { ...second, pipeline: false }]);
    });
  });

  describe("pools", () => {
    it("makes the machines of every pool, Spot where it is asked for", async () => {
      const { resources } = await deploy(settingsOf("pools/infra.yaml", "perigee-infra"));
      const machines = ofType(resources, "aws:ec2/instance:Instance").map(({ name, inputs }) => [
        name,
        inputs["instanceType"],
        inputs["instanceMarketOptions"] === undefined ? "on demand" : "Spot",
      ]);
      assert.deepEqual(machines.sort(), [
        ["ground-control-plane-1", "t3.medium", "on demand"],
        ["ground-default-1", "t3.large", "on demand"],
        ["ground-default-2", "t3.large", "on demand"],
        ["ground-passes-1", "c7i.xlarge", "Spot"],
        ["ground-passes-2", "c7i.xlarge", "Spot"],
        ["ground-passes-3", "c7i.xlarge", "Spot"],
        ["ground-storage-1", "t3.large", "on demand"],
      ]);
    });

    it("keeps samples on a machine that there is", async () => {
      const { storage } = parseSettings(settingsOf("pools/workloads.yaml", "perigee-workloads")).monitoring;
      const { resources } = await deploy(settingsOf("pools/infra.yaml", "perigee-infra"));
      assert.ok(storage.kind === "local");
      assert.ok(ofType(resources, "aws:ec2/instance:Instance").some(({ name }) => name === storage.node));
    });
  });
});
