import assert from "node:assert/strict";
import { serverSettings } from "../../../../../lab/supply/viewer/server/settings";
import { helm, renderedChart } from "./rendered";

/** What the tests read of an object. */
interface Rendered {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec?: {
    readonly type?: string;
    readonly ports?: readonly { readonly nodePort?: number }[];
    readonly template?: {
      readonly spec: { readonly containers: readonly Container[]; readonly securityContext: object };
    };
  };
  readonly rules?: readonly object[];
}

interface Container {
  readonly image: string;
  readonly env: readonly { readonly name: string; readonly value?: string; readonly valueFrom?: object }[];
  readonly readinessProbe: { readonly httpGet: { readonly path: string } };
  readonly resources: { readonly limits: object };
  readonly securityContext: object;
}

(helm === undefined ? describe.skip : describe)("the viewer in the lab's chart", function () {
  this.timeout(30_000);

  const rendered = renderedChart<Rendered>;
  const own = (objects: readonly Rendered[]): Rendered[] =>
    objects.filter(({ metadata }) => metadata.name.startsWith("monitoring-grafana"));
  const container = (objects: readonly Rendered[]): Container | undefined =>
    own(objects).find(({ kind }) => kind === "Deployment")?.spec?.template?.spec.containers[0];

  it("takes Grafana's values as Perigee gives them", async () => {
    const objects = await rendered();
    const service = own(objects).find(({ kind }) => kind === "Service");
    assert.deepEqual([service?.spec?.type, service?.spec?.ports?.[0]?.nodePort], ["NodePort", 30300]);
    const found = container(objects);
    assert.equal(found?.image, "perigee.invalid/lab/dashboards:1");
    assert.deepEqual(found?.resources.limits, { cpu: "1", memory: "384Mi" });
    assert.equal(found?.readinessProbe.httpGet.path, "/api/health");
    const { env } = found;
    const secret = (key: string) => ({ secretKeyRef: { name: "grafana-admin", key } });
    assert.deepEqual(env.find(({ name }) => name === "ADMIN_PASSWORD")?.valueFrom, secret("admin-password"));
    assert.equal(env.find(({ name }) => name === "PERIGEE_PASSWORD_VERSION")?.value, "7");
  });

  it("gives its server all settings, which it takes", async () => {
    const variables: Record<string, string> = {};
    for (const { name, value = "x" } of container(await rendered())?.env ?? []) variables[name] = value;
    const { source, homeFile, prometheus, signIn } = serverSettings({
      ...variables,
      ...{ KUBERNETES_SERVICE_HOST: "10.96.0.1", KUBERNETES_SERVICE_PORT: "443" },
    });
    assert.ok("query" in source);
    assert.deepEqual(source.query, {
      ...{ namespaces: [], label: "grafana_dashboard", labelValue: "1", folderAnnotation: "grafana_folder" },
    });
    assert.equal(homeFile, "perigee-fleet.json");
    assert.deepEqual(prometheus, { url: "http://monitoring-prometheus.monitoring:9090", interval: "30s" });
    assert.deepEqual(signIn, { user: "x", password: "x" });
  });

  it("may list ConfigMaps and nothing else, where its values say", async () => {
    const rule = { apiGroups: [""], resources: ["configmaps"], verbs: ["list"] };
    const everywhere = own(await rendered());
    assert.deepEqual(everywhere.find(({ kind }) => kind === "ClusterRole")?.rules, [rule]);
    assert.equal(everywhere.filter(({ kind }) => kind === "ClusterRoleBinding").length, 1);
    const some = own(
      await rendered((values) => {
        const { sidecar } = values["grafana"] as { sidecar: { dashboards: { searchNamespace: string } } };
        sidecar.dashboards.searchNamespace = "one,two";
      }),
    );
    assert.equal(some.filter(({ kind }) => kind === "ClusterRoleBinding").length, 0);
    assert.deepEqual(
      some.filter(({ kind }) => kind === "RoleBinding").map(({ metadata }) => metadata.namespace),
      ["one", "two"],
    );
  });

  it("runs without rights, on a root that it cannot write", async () => {
    const objects = await rendered();
    assert.deepEqual(container(objects)?.securityContext, {
      ...{ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } },
    });
    const pod = own(objects).find(({ kind }) => kind === "Deployment")?.spec?.template?.spec.securityContext;
    assert.deepEqual(pod, {
      ...{ runAsUser: 472, runAsGroup: 472, runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
    });
  });

  it("asks nobody for a password where Grafana would not, and is gone where Grafana is off", async () => {
    const open = await rendered((values) => {
      const { "grafana.ini": ini } = values["grafana"] as { "grafana.ini": Record<string, object> };
      ini["auth.anonymous"] = { enabled: true };
    });
    assert.ok(!container(open)?.env.some(({ name }) => name === "ADMIN_PASSWORD"));
    const off = await rendered((values) => {
      values["grafana"] = { enabled: false };
    });
    assert.deepEqual(own(off), []);
  });
});
