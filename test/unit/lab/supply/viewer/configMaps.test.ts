import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { configMapPaths, readConfigMaps } from "../../../../../lab/supply/viewer/server/configMaps";
import { pageFiles } from "../../../../../lab/supply/viewer/server/files";
import { serverSettings } from "../../../../../lab/supply/viewer/server/settings";

const query = {
  namespaces: [],
  label: "grafana_dashboard",
  labelValue: "1",
  folderAnnotation: "grafana_folder",
};

describe("dashboards in ConfigMaps", () => {
  let api: Server;
  let answer: { status: number; body: unknown };
  const asked: (string | undefined)[][] = [];
  const cluster = () => ({
    url: `http://127.0.0.1:${(api.address() as AddressInfo).port}`,
    token: () => "t",
  });

  before(async () => {
    api = createServer(({ url, headers }, response) => {
      asked.push([url, headers.authorization]);
      response.writeHead(answer.status).end(JSON.stringify(answer.body));
    });
    api.listen(0, "127.0.0.1");
    await once(api, "listening");
  });
  after(() => {
    api.closeAllConnections();
    api.close();
  });

  it("are found by their label, with the folder that the annotation names", async () => {
    const items = [
      {
        metadata: { annotations: { grafana_folder: "Perigee" } },
        data: { "a.json": "{}", "readme.md": "no" },
      },
      { metadata: {}, data: { "b.json": "{}" } },
      { metadata: {} },
    ];
    answer = { status: 200, body: { items } };
    assert.deepEqual(await readConfigMaps(cluster(), query), [
      { name: "a.json", folder: "Perigee", json: "{}" },
      { name: "b.json", folder: "", json: "{}" },
    ]);
    assert.deepEqual(asked, [["/api/v1/configmaps?labelSelector=grafana_dashboard%3D1", "Bearer t"]]);
  });

  it("are looked for in the namespaces that the values name", () => {
    assert.deepEqual(configMapPaths({ ...query, namespaces: ["a", "b"], labelValue: "" }), [
      "/api/v1/namespaces/a/configmaps?labelSelector=grafana_dashboard",
      "/api/v1/namespaces/b/configmaps?labelSelector=grafana_dashboard",
    ]);
  });

  it("are an error with the API's words when it refuses", async () => {
    answer = { status: 403, body: { message: "configmaps is forbidden" } };
    await assert.rejects(readConfigMaps(cluster(), query), /403 .*configmaps is forbidden/);
  });
});

describe("the viewer's settings", () => {
  const base = { PROMETHEUS_URL: "http://p:9090", DASHBOARD_LABEL: "grafana_dashboard" };
  const inCluster = { ...base, KUBERNETES_SERVICE_HOST: "fd00::1", KUBERNETES_SERVICE_PORT: "443" };

  it("come from the chart's variables", () => {
    const { source, homeFile, signIn, port, prometheus } = serverSettings({
      ...inCluster,
      ...{ HOME_DASHBOARD: "/tmp/dashboards/Perigee/home.json", NAMESPACES: "a,b", ADMIN_PASSWORD: "p" },
    });
    assert.ok("cluster" in source);
    assert.equal(source.cluster.url, "https://[fd00::1]:443");
    assert.deepEqual(source.query.namespaces, ["a", "b"]);
    assert.deepEqual([homeFile, signIn, port], ["home.json", { user: "admin", password: "p" }, 3000]);
    assert.equal(prometheus.interval, "15s");
  });

  it("take the path of the viewer from Grafana's own address", () => {
    const rootPath = (url: string): string => serverSettings({ ...inCluster, ROOT_URL: url }).rootPath;
    assert.equal(rootPath("http://192.0.2.1:30300"), "");
    assert.equal(rootPath("https://192.0.2.1:30443/grafana"), "/grafana");
    assert.equal(rootPath("https://192.0.2.1:30443/grafana/"), "/grafana");
    assert.throws(() => rootPath("grafana"), /ROOT_URL is "grafana"/);
  });

  it("are refused with the variable's name", () => {
    assert.throws(() => serverSettings(base), /KUBERNETES_SERVICE_HOST must be set/);
    assert.throws(() => serverSettings({ ...inCluster, PORT: "x" }), /PORT is "x"/);
    assert.throws(() => serverSettings({ DASHBOARDS_FOLDER: "/d" }), /PROMETHEUS_URL must be set/);
  });
});

describe("the page's files", () => {
  it("have their type, and a life by whether their name holds their content's hash", async () => {
    const folder = await mkdtemp(join(tmpdir(), "perigee-page-"));
    for (const name of ["index.html", "main-AB12CD34.js", "icon.svg", "secret.map"]) {
      await writeFile(join(folder, name), "x".repeat(200));
    }
    await writeFile(join(folder, "index.html"), '<script src="{{root}}/public/main-AB12CD34.js">'.repeat(9));
    const files = await pageFiles(folder, "/grafana");
    await rm(folder, { recursive: true });
    assert.deepEqual([...files.keys()].sort(), ["/icon.svg", "/index.html", "/main-AB12CD34.js"]);
    assert.equal(files.get("/index.html")?.caching, "no-cache");
    assert.match(files.get("/index.html")?.body.toString() ?? "", /^<script src="\/grafana\/public\/main-/);
    assert.match(files.get("/main-AB12CD34.js")?.caching ?? "", /immutable/);
    assert.equal(files.get("/icon.svg")?.caching, "public, max-age=3600");
    assert.ok((files.get("/icon.svg")?.packed?.length ?? 200) < 200);
  });
});
