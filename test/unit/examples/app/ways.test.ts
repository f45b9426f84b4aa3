import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { parse } from "yaml";
import { repositoryRoot } from "../../../../settings/repositoryRoot";
import { defaultNodeImage } from "../../../../workloads/config";
import { restrictedContainer } from "../../../../workloads/podSecurity";
import {
  app,
  type AppObject,
  chart,
  environments,
  helm,
  helmObjects,
  kubectl,
  ofKind,
  pulumiObjects,
  ways,
} from "../../../support/examples/app";

interface DeploymentSpec {
  readonly replicas?: number;
  readonly template: {
    readonly spec: {
      readonly containers: readonly { readonly image: string; readonly securityContext: object }[];
    };
  };
}

/** Where the ways may differ: a path of an object of a kind, and why. Nothing else may. */
const mayDiffer: readonly { kind?: string; path: readonly string[]; why: string }[] = [
  { path: ["metadata", "labels", "app.kubernetes.io/managed-by"], why: "Helm's own" },
  { path: ["metadata", "labels", "helm.sh/chart"], why: "Helm's own" },
  {
    kind: "Deployment",
    path: ["spec", "template", "metadata", "annotations"],
    why: "Helm changes the program in place, and rolls the pods by a checksum",
  },
  { kind: "ConfigMap", path: ["immutable"], why: "Helm changes it in place" },
];

/** Pulumi's and Kustomize's name of the program ends in a hash of it, each by its own rule; Helm's in nothing. */
const programName = /"planner-program(-[a-z0-9]{10})?"/g;

function without(value: unknown, [key = "", ...rest]: readonly string[]): unknown {
  if (typeof value !== "object" || value === null || !(key in value)) return value;
  const { [key]: inner, ...others } = value as Record<string, unknown>;
  if (rest.length === 0) return others;
  return { ...others, [key]: without(inner, rest) };
}

/** What all ways make alike, by kind. */
function normalized(objects: readonly AppObject[]): Record<string, unknown> {
  const entries = objects.map((object) => {
    const rest = mayDiffer
      .filter(({ kind }) => kind === undefined || kind === object.kind)
      .reduce<unknown>((each, { path }) => without(each, path), object);
    return [object.kind, JSON.parse(JSON.stringify(rest).replace(programName, '"planner-program"'))] as const;
  });
  return Object.fromEntries(entries);
}

/** Needs Helm and kubectl of the lab: `make toolchain` builds them, `make up` too. */
(helm === undefined || kubectl === undefined ? describe.skip : describe)(
  "the ways of examples/app",
  function () {
    this.timeout(60_000);

    for (const environment of environments) {
      it(`make the same objects in ${environment}, but for what each has to do in its own way`, async () => {
        const [byPulumi, byHelm, byKustomize] = await Promise.all([
          ways.Pulumi(environment),
          ways.Helm(environment),
          ways.Kustomize(environment),
        ]);
        const everywhere = [
          ...["ConfigMap", "Deployment", "NetworkPolicy", "Service", "ServiceAccount", "ServiceMonitor"],
          ...(environment === "prod"
            ? ["HorizontalPodAutoscaler", "PodDisruptionBudget", "PrometheusRule"]
            : []),
        ];
        for (const objects of [byPulumi, byHelm, byKustomize]) {
          assert.deepEqual(objects.map(({ kind }) => kind).sort(), everywhere.sort());
        }
        assert.deepEqual(normalized(byHelm), normalized(byPulumi));
        assert.deepEqual(normalized(byKustomize), normalized(byPulumi));
      });
    }

    it("run the program of the chart, on the image that the exporter has", async () => {
      const source = await readFile(join(chart, "files/program/planner.js"), "utf8");
      for (const [way, make] of Object.entries(ways)) {
        const objects = await make("prod");
        assert.deepEqual(ofKind(objects, "ConfigMap")["data"], { "planner.js": source }, way);
        const { replicas, template } = ofKind(objects, "Deployment")["spec"] as DeploymentSpec;
        const [container] = template.spec.containers;
        assert.equal(container?.image, defaultNodeImage, way);
        assert.deepEqual(container.securityContext, restrictedContainer.securityContext, way);
        assert.equal(replicas, undefined, `${way}: it is the autoscaler's to say`);
      }
    });

    it("roll the pods by another program", async () => {
      const [first, second] = [await pulumiObjects("dev"), await ways.Kustomize("dev")];
      for (const objects of [first, second]) {
        const { name } = ofKind(objects, "ConfigMap").metadata;
        assert.match(name, /^planner-program-[a-z0-9]{10}$/);
        assert.ok(JSON.stringify(ofKind(objects, "Deployment")).includes(`"${name}"`));
      }
      const annotations = JSON.stringify(ofKind(await ways.Helm("dev"), "Deployment"));
      assert.match(annotations, /"checksum\/program":"[0-9a-f]{64}"/);
    });

    it("take the part that fails: to see the alert", async () => {
      for (const objects of [
        await pulumiObjects("prod", { failRatio: "0.5" }),
        await helmObjects("prod", "--set", "failRatio=0.5"),
      ]) {
        const text = JSON.stringify(ofKind(objects, "Deployment"));
        assert.ok(text.includes('{"name":"FAIL_RATIO","value":"0.5"}'));
      }
    });

    it("of Helm refuse by name what is no value of theirs", async () => {
      const refusal = promisify(execFile)(helm ?? "helm", [
        ...["template", "planner", chart, "--set", "environment=test", "--set", "failRatio=1.5"],
        ...["--set", "autoscaling.minReplicas=1", "--set", "image=planner", "--set", "replicas=3"],
      ]).then(
        () => "",
        ({ stderr }: { stderr: string }) => stderr,
      );
      const said = await refusal;
      for (const what of ["/environment", "/failRatio", "/autoscaling/minReplicas", "/image", "'replicas'"]) {
        assert.ok(said.includes(what), `${what}: ${said}`);
      }
    });

    it("of Pulumi refuse another environment", async () => {
      await assert.rejects(pulumiObjects("test" as "dev"), /dev.*prod/);
    });

    it("of Helm leave the NetworkPolicy to a team's own where that is asked for", async () => {
      const objects = await helmObjects("prod", "--set", "networkPolicy=false");
      assert.ok(!objects.some(({ kind }) => kind === "NetworkPolicy"));
    });

    it("are led to by the settings beside them", async () => {
      const text = await readFile(join(app, "workloads.yaml"), "utf8");
      const { config } = parse(text) as { config: Record<string, unknown> };
      const { routes } = config["perigee-workloads:gateway"] as { routes: Record<string, unknown>[] };
      for (const [i, environment] of (["prod", "dev"] as const).entries()) {
        const service = ofKind(await ways.Kustomize(environment), "Service");
        const { ports } = service["spec"] as { ports: { port: number }[] };
        const { name, ...led } = routes[i] ?? {};
        assert.equal(name, environment === "prod" ? "planner" : "planner-test");
        const { metadata } = service;
        assert.deepEqual(led, {
          ...{ namespace: metadata.namespace, service: metadata.name, port: ports[0]?.port },
        });
      }
    });

    it("are each in the README, with commands that name files that there are", async () => {
      const page = await readFile(join(app, "README.md"), "utf8");
      for (const [path = ""] of page.matchAll(/examples\/app\/[\w./-]+/g)) {
        await assert.doesNotReject(readFile(join(repositoryRoot, path)).catch(isFolder), path);
      }
      assert.match(page, /HTTPRoute/);
    });
  },
);

function isFolder(error: NodeJS.ErrnoException): void {
  if (error.code !== "EISDIR") throw error;
}
