import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { defaultKubernetesVersion } from "../../../../infra/versions";
import { withoutMirrors } from "../../../../lab/cli/labConfig";
import { labAuthority, sourcesMode } from "../../../../lab/cli/settings";
import { supplyComponents } from "../../../../lab/supply";
import { defaultContainerd } from "../../../../lab/supply/containerd";
import { allBuilt, askSources, type Source, sourceHosts, sources } from "../../../../lab/supply/sources";

describe("the sources of released parts", () => {
  let server: Server;
  let base: string;
  const answers: Readonly<Record<string, number>> = {
    "/there": 200,
    "/wants-a-token": 401,
    "/refused": 403,
    "/broken": 502,
  };
  before((done) => {
    server = createServer(({ url = "" }, response) => {
      const status = answers[url];
      if (status !== undefined) response.writeHead(status).end(); // any other path is never answered
    });
    server.listen(0, "127.0.0.1", () => {
      base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      done();
    });
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  const at = (host: Source["host"], path: string): Source => ({ host, parts: "", url: () => path });
  const asked = (): Source[] => [
    at("pkgs.k8s.io", `${base}/there`),
    at("registry.k8s.io", `${base}/wants-a-token`),
    at("ghcr.io", `${base}/refused`),
    at("quay.io", `${base}/broken`),
    at("docker.io", `${base}/silent`),
    at("get.pulumi.com", "http://127.0.0.1:1/"),
  ];
  const ask = (mode: "auto" | "released" | "built") =>
    askSources(mode, defaultKubernetesVersion, { asked: asked(), limitMs: 300 });

  it("are those that answer in time, a registry's wish for a token included", async () => {
    const found = await ask("auto");
    assert.deepEqual(found.released, ["pkgs.k8s.io", "registry.k8s.io"]);
    assert.deepEqual(found.reasons, {
      "ghcr.io": "answers 403",
      "quay.io": "answers 502",
      "docker.io": "no answer in 0.3 s",
      "get.pulumi.com": "bad port",
    });
  });

  it("are all wanted or none, where the user says so", async () => {
    await assert.rejects(ask("released"), (error: Error) => {
      for (const line of ["ghcr.io: answers 403", "quay.io: answers 502", "docker.io: no answer"]) {
        assert.ok(error.message.includes(line), error.message);
      }
      assert.match(error.message, /With LAB_SOURCES=auto, what comes from there is built here\.$/);
      return true;
    });
    assert.equal(await ask("built"), allBuilt);
  });

  it("are asked for what a cluster of that version takes", () => {
    assert.deepEqual(
      sources.map(({ host }) => host),
      [...sourceHosts],
    );
    const [packages] = sources;
    assert.equal(packages?.url("1.36.3"), "https://pkgs.k8s.io/core:/stable:/v1.36/deb/Release.key");
  });

  it("are chosen by LAB_SOURCES, which is checked", () => {
    assert.equal(sourcesMode({}), undefined);
    assert.equal(sourcesMode({ LAB_SOURCES: "built" }), "built");
    assert.throws(
      () => sourcesMode({ LAB_SOURCES: "internet" }),
      new Error('LAB_SOURCES is "internet"; it must be one of auto, released, built.'),
    );
  });

  it("may have certificates of an authority of one's own, which is checked too", async () => {
    assert.equal(await labAuthority({}), undefined);
    for (const file of ["ca.pem", "/no/such/ca.pem", __filename.replace(/sources/, "images")]) {
      await assert.rejects(
        labAuthority({ PERIGEE_LAB_CA: file }),
        new Error(
          `PERIGEE_LAB_CA is "${file}"; it must be the absolute path of a file of certificates (PEM).`,
        ),
      );
    }
  });

  it("leave nothing to compile where all of them are there", () => {
    const demand = { kubernetesVersions: [defaultKubernetesVersion], containerd: defaultContainerd };
    const released = { mode: "auto", released: sourceHosts, reasons: {} } as const;
    assert.deepEqual(supplyComponents({ ...demand, sources: released }), []);
    const names = supplyComponents({ ...demand, sources: allBuilt });
    const some = [
      "kubernetes-1.36",
      "cni-plugins",
      "prometheus",
      "kube-state-metrics",
      "metrics-server",
      "crane",
      "echo",
    ] as const;
    for (const name of some) assert.ok(names.includes(name), name);
  });
});

describe("the machines' mirrors", () => {
  const registry = "http://10.0.1.1:5000";
  const mirrors = {
    kubernetesPackages: "http://10.0.1.1:8080",
    registries: { "registry.k8s.io": registry, "quay.io": registry, "perigee.invalid": registry },
  };
  const settings = { config: { "perigee-infra:clusterName": "orbit", "perigee-infra:mirrors": mirrors } };
  const left = (...released: readonly Source["host"][]) =>
    withoutMirrors(settings, { mode: "auto", released, reasons: {} }).config;

  it("are those of parts that are built", () => {
    assert.deepEqual(left(), settings.config);
    assert.deepEqual(left("registry.k8s.io")?.["perigee-infra:mirrors"], {
      kubernetesPackages: mirrors.kubernetesPackages,
      registries: { "quay.io": registry, "perigee.invalid": registry },
    });
    assert.deepEqual(left("registry.k8s.io", "quay.io")?.["perigee-infra:mirrors"], {
      kubernetesPackages: mirrors.kubernetesPackages,
    });
  });

  it("are none, as on EC2, where every part is released", () => {
    assert.deepEqual(left(...sourceHosts), { "perigee-infra:clusterName": "orbit" });
  });
});
