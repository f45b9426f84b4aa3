import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { parse } from "yaml";
import { withoutDescriptions } from "../../../../../lab/supply/chart/build";
import { monitoringImages, references } from "../../../../../lab/supply/chart/images";
import { repositoryRoot } from "../../../../../settings/repositoryRoot";
import { defaultNodeImage } from "../../../../../workloads/config";
import { chartValues } from "../../../../../workloads/monitoring/values";
import { metricsServerValues } from "../../../../../workloads/platform/metricsServer/values";
import { testedCharts } from "../../../../../workloads/settings/chart";
import { prometheusProgram } from "../../../../support/promtool";
import { settingsWith } from "../../../../support/workloads/settingsExamples";

const run = promisify(execFile);
const chart = join(__dirname, "../../../../../lab/supply/chart/kube-prometheus-stack");
const values = parse(readFileSync(join(chart, "values.yaml"), "utf8")) as Record<string, unknown>;

/** The paths of all leaves. */
function paths(value: unknown, path = ""): string[] {
  const isInner =
    typeof value === "object" && value !== null && !Array.isArray(value) && Object.keys(value).length > 0;
  if (!isInner) return [path];
  return Object.entries(value).flatMap(([key, inner]) => paths(inner, path === "" ? key : `${path}.${key}`));
}

const built = [
  "prometheus",
  "alertmanager",
  "prometheus-operator",
  "prometheus-config-reloader",
  "node-exporter",
  "kube-state-metrics",
  "metrics-server",
  "prober",
  "job-gateway",
  "log-collector",
  "log-store",
  "log-rules",
  "policy-engine",
  "gateway",
  "sign-on",
];
/** What the lab's images are made from, without building it: this file stands for each program. */
const sources = {
  programs: Object.fromEntries(built.map((name) => [name, __filename])),
  node: join(repositoryRoot, "node_modules/.bin/node"),
};

/** A folder with files where the page's are, removed by the caller. */
async function examplePage(): Promise<string> {
  const page = await mkdtemp(join(tmpdir(), "perigee-page-"));
  await mkdir(join(page, "static/mantine-ui/assets"), { recursive: true });
  for (const file of ["index.html", "assets/index.js"]) {
    await writeFile(join(page, "static/mantine-ui", file), "");
  }
  return page;
}

/** The paths that are set and that a chart's values do not have. */
function unknown(set: unknown, chartValues: unknown): string[] {
  const known = new Set(paths(chartValues));
  const isKnown = (path: string): boolean =>
    path.split(".").some((_, index, parts) => known.has(parts.slice(0, index + 1).join(".")));
  return paths(set).filter((path) => !isKnown(path));
}

describe("the lab's edition of kube-prometheus-stack", () => {
  it("knows every value that Perigee sets in the lab", () => {
    const monitoring = {
      grafana: true,
      kubeStateMetrics: true,
      storage: { kind: "local", node: "orbit-default-1" },
      disabledAlerts: ["A"],
    };
    const { telemetry, ...others } = settingsWith(monitoring);
    const set = chartValues({
      ...others,
      telemetry: { ...telemetry, history: { enabled: true } },
      ...{ publishedHost: "203.0.113.10", routingSecret: "alertmanager-routing", passwordVersion: "7" },
    });
    assert.deepEqual(unknown(set, values), []);
  });

  it("names the images that the lab builds", () => {
    const named =
      JSON.stringify(values).match(/(?:quay\.io|registry\.k8s\.io|perigee\.invalid)\/[^"]+/g) ?? [];
    const { metricsServer, prober, jobGateway, logCollector, logStore, logRules, policyEngine } = references;
    const { gateway, signOn } = references;
    const elsewhere: readonly string[] = [
      metricsServer,
      prober,
      jobGateway,
      logCollector,
      logStore,
      logRules,
      policyEngine,
      gateway,
      signOn,
    ];
    const others = Object.values(references).filter((image) => !elsewhere.includes(image));
    assert.deepEqual([...new Set(named)].sort(), others.sort());
  });

  it("tells the operator the release of Alertmanager that the lab builds", () => {
    const { alertmanagerSpec } = values["alertmanager"] as { alertmanagerSpec: { version: string } };
    const { version } = alertmanagerSpec;
    assert.equal(references.alertmanager, `quay.io/prometheus/alertmanager:${version}`);
    const pins = readFileSync(join(repositoryRoot, "lab/supply/toolchain/alertmanager/go.mod"), "utf8");
    assert.ok(pins.includes(`github.com/prometheus/alertmanager ${version} `), version);
  });

  it("runs the Node that the settings and the Dockerfile name, in the version that npm installs", () => {
    const { devDependencies } = JSON.parse(
      readFileSync(join(__dirname, "../../../../../package.json"), "utf8"),
    ) as {
      devDependencies: Record<string, string>;
    };
    assert.ok(defaultNodeImage.includes(`:${devDependencies["node"]}-`), defaultNodeImage);
    const dockerfile = readFileSync(join(repositoryRoot, "telemetry/Dockerfile"), "utf8");
    assert.ok(dockerfile.includes(`ARG NODE_IMAGE=${defaultNodeImage}\n`), "telemetry/Dockerfile");
  });

  it("finds every file of its images, libraries, loader and Prometheus' page too", async () => {
    const page = await examplePage();
    try {
      const images = await monitoringImages({
        ...sources,
        page,
        viewer: { server: __filename, page: __dirname },
      });
      for (const { source } of images.flatMap(({ files }) => files)) assert.ok(existsSync(source), source);
      const targets = (wanted: string): string[] =>
        images
          .flatMap(({ reference, files }) => (reference === wanted ? files : []))
          .map(({ target }) => target);
      assert.ok(targets(defaultNodeImage).some((target) => target.includes("ld-linux")));
      // Below the image's working directory, /.
      const pageFiles = ["/static/mantine-ui/assets/index.js", "/static/mantine-ui/index.html"];
      assert.deepEqual(targets(references.prometheus), ["/bin/prometheus", ...pageFiles]);
      const own = images.find(({ reference }) => reference === references.viewer);
      assert.deepEqual(own?.entrypoint, ["/usr/local/bin/node", "/viewer/server.js"]);
      for (const file of ["/viewer/server.js", "/viewer/page/chart.test.ts"]) {
        assert.ok(targets(references.viewer).includes(file), file);
      }
    } finally {
      await rm(page, { recursive: true });
    }
  }).timeout(180_000);

  it("says what it leaves out, and what it has instead of Grafana", () => {
    const notes = readFileSync(join(chart, "templates/NOTES.txt"), "utf8");
    for (const missing of ["read-only dashboard viewer", "root_url", "admission webhooks"]) {
      assert.ok(notes.includes(missing));
    }
  });

  it("keeps a field that is called description, and drops what describes it", () => {
    const schema = {
      description: "long text",
      properties: { description: { type: "string", description: "more" } },
    };
    assert.deepEqual(withoutDescriptions(schema), { properties: { description: { type: "string" } } });
  });
});

describe("the lab's edition of metrics-server's chart", () => {
  const folder = join(chart, "../metrics-server");
  const own = parse(readFileSync(join(folder, "values.yaml"), "utf8")) as {
    readonly image: { readonly repository: string };
  };
  const about = parse(readFileSync(join(folder, "Chart.yaml"), "utf8")) as Record<string, string>;

  it("knows every value that Perigee sets", () => {
    assert.deepEqual(unknown(metricsServerValues(2), own), []);
    assert.deepEqual(unknown({ tls: { certManager: {} }, replica: 1 }, own), ["tls.certManager", "replica"]);
  });

  it("is of the version that Perigee installs, with the image of the release that the lab builds", () => {
    const { version, release } = testedCharts.metricsServer;
    assert.ok(about["version"]?.startsWith(`${version}-lab.`), about["version"]);
    assert.equal(references.metricsServer, `${own.image.repository}:${release}`);
    assert.equal(metricsServerValues(2).image.tag, release);
    const pins = readFileSync(join(repositoryRoot, "lab/supply/toolchain/programs/go.mod"), "utf8");
    assert.ok(pins.includes(`sigs.k8s.io/metrics-server ${release} `), release);
  });
});

describe("the lab's default rules", function () {
  this.timeout(180_000);
  const rules = join(chart, "files/rules.yaml");

  it("are rules that promtool accepts", async () => {
    const { stdout } = await run(await prometheusProgram("promtool"), ["check", "rules", rules]);
    assert.match(stdout, /SUCCESS: 37 rules found/);
  });

  it("fire when they must, and stay silent when they must", async () => {
    const { stdout } = await run(await prometheusProgram("promtool"), [
      ...["test", "rules", join(__dirname, "defaultRules.promtool.yaml")],
    ]);
    assert.match(stdout, /SUCCESS/);
  });
});
