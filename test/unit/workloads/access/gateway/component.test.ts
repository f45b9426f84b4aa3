import assert from "node:assert/strict";
import { deploy, type Deployment, type RecordedResource } from "../../../../support/workloads/mocks";
import { refusalOf } from "../../../../support/workloads/refusal";

const gateway = { enabled: true };

interface ServiceSpec {
  readonly type?: string;
  readonly ports: readonly { readonly port: number; readonly nodePort?: number }[];
}

interface PodSpec {
  readonly automountServiceAccountToken: boolean;
  readonly serviceAccountName: string;
  readonly initContainers: readonly Container[];
  readonly containers: readonly Container[];
  readonly volumes: readonly Readonly<Record<string, unknown>>[];
}

interface Container {
  readonly name: string;
  readonly args?: readonly string[];
  readonly volumeMounts: readonly { readonly name: string; readonly readOnly?: boolean }[];
  readonly securityContext: Readonly<Record<string, unknown>>;
}

const named = ({ resources }: Deployment, kind: string, name: string): RecordedResource => {
  const found = resources.find(
    ({ type, inputs }) =>
      type.endsWith(`:${kind}`) && (inputs["metadata"] as { name?: string } | undefined)?.name === name,
  );
  assert.ok(found, `${kind} ${name}`);
  return found;
};
const specOf = <T>(made: Deployment, kind: string, name: string): T =>
  named(made, kind, name).inputs["spec"] as T;
const chartValues = ({ resources }: Deployment): Readonly<Record<string, Record<string, unknown>>> => {
  const release = resources.find(({ type, name }) => type.endsWith(":Release") && name === "monitoring");
  return release?.inputs["values"] as Readonly<Record<string, Record<string, unknown>>>;
};

describe("the gateway in stack 2", function () {
  this.timeout(30_000); // some deploy stack 2 three times
  let made: Deployment;
  before(async () => {
    made = await deploy({ gateway: { ...gateway, host: "ground.example.org" } });
  });

  it("is not there unless the settings ask for it", async () => {
    const { resources, outputs } = await deploy({});
    assert.deepEqual(
      resources.filter(({ name }) => name.startsWith("gateway")),
      [],
    );
    assert.equal(outputs["prometheusUrl"], "http://203.0.113.10:30090");
    assert.ok(!("viewerPassword" in outputs));
  });

  it("is where the outputs lead to, by its name or the nodes' address", async () => {
    assert.equal(made.outputs["grafanaUrl"], "https://ground.example.org:30443/grafana");
    assert.equal(made.outputs["telemetryUrl"], "https://ground.example.org:30443/telemetry");
    assert.equal(made.outputs["gatewayCertificateAuthority"], "made-certificate");
    const { outputs } = await deploy({ gateway });
    assert.equal(outputs["alertmanagerUrl"], "https://203.0.113.10:30443/alertmanager");
  });

  it("keeps passwords secret, and the certificate of its authority public", () => {
    for (const name of ["viewerPassword", "operatorPassword"]) assert.ok(made.secrets.includes(name), name);
    assert.ok(!made.secrets.includes("gatewayCertificateAuthority"));
  });

  it("is the only one with node ports: the pages have none any more", () => {
    const open = made.resources
      .filter(({ type }) => type.endsWith(":Service"))
      .flatMap(({ inputs }) => (inputs["spec"] as ServiceSpec).ports.map(({ nodePort }) => nodePort))
      .filter((port) => port !== undefined);
    assert.deepEqual(open.sort(), [30080, 30115, 30443]);
    const values = chartValues(made);
    for (const part of ["prometheus", "alertmanager", "grafana"]) {
      assert.deepEqual(values[part]?.["service"], { type: "ClusterIP" }, part);
    }
  });

  it("leaves the pages where they are inside the cluster, and tells them their addresses", () => {
    const { prometheus, alertmanager, grafana } = chartValues(made);
    assert.partialDeepStrictEqual(prometheus?.["prometheusSpec"], {
      externalUrl: "https://ground.example.org:30443/prometheus",
      routePrefix: "/",
    });
    assert.partialDeepStrictEqual(alertmanager?.["alertmanagerSpec"], { routePrefix: "/" });
    assert.partialDeepStrictEqual(grafana?.["grafana.ini"], {
      server: { root_url: "https://ground.example.org:30443/grafana" },
      security: { cookie_secure: true },
    });
  });

  it("has no right in the cluster, no way to change its files, and the authority's key in no container but one's", () => {
    const { template } = specOf<{ template: { spec: PodSpec } }>(made, "Deployment", "gateway");
    const { spec } = template;
    assert.equal(spec.automountServiceAccountToken, false);
    assert.equal(spec.serviceAccountName, "gateway");
    const containers = [...spec.initContainers, ...spec.containers];
    for (const { securityContext } of containers) {
      assert.partialDeepStrictEqual(securityContext, { readOnlyRootFilesystem: true });
    }
    const holders = (volume: string): string[] =>
      containers
        .filter(({ volumeMounts }) => volumeMounts.some(({ name }) => name === volume))
        .map(({ name }) => name);
    assert.deepEqual(holders("authority"), ["first-certificate", "certificate"]);
    assert.deepEqual(holders("logins"), ["traefik"]);
    assert.partialDeepStrictEqual(
      spec.volumes.find(({ name }) => name === "dynamic"),
      { emptyDir: { medium: "Memory" } },
    );
  });

  it("has secrets in Secrets and in no argument, and no password but as a hash's source", () => {
    for (const { type, name, inputs } of made.resources) {
      if (type.endsWith(":Secret") || type.endsWith(":Command") || type.startsWith("pulumi:")) continue;
      assert.ok(!JSON.stringify(inputs).includes("generated-secret-0000"), `${type} ${name}`);
    }
  });

  it("starts again for other routes, and for nothing else", async () => {
    const annotations = async (settings: object): Promise<unknown> => {
      const { template } = specOf<{ template: { metadata: { annotations: unknown } } }>(
        await deploy({ gateway, ...settings }),
        "Deployment",
        "gateway",
      );
      return template.metadata.annotations;
    };
    const first = await annotations({});
    assert.deepEqual(await annotations({ teams: [] }), first);
    assert.notDeepEqual(await annotations({ logs: { kind: "none" } }), first);
  });

  it("is refused where stack 1 does not open its port, before the pages close; an older stack 1 does not say", async () => {
    const ports = (port: number) => ({
      publishedNodePorts: [{ port, protocol: "tcp", why: "pages" } as const],
    });
    await assert.rejects(deploy({ gateway }, ports(30080)), (error: Error) => {
      assert.match(error.message, /gateway\.enabled = true: stack 1 does not open node port 30443/);
      assert.match(error.message, /perigee-infra:publishedNodePorts/);
      return true;
    });
    await deploy({ gateway }, ports(30443));
    await deploy({ gateway: { enabled: false } }, ports(30080));
  });

  it("is two pods where there are two workers", async () => {
    const node = (name: string, role: "control-plane" | "worker") => ({
      ...{ name, role, instanceId: `i-${name}`, privateIp: "10.0.1.10", publicIp: "203.0.113.10" },
      ...{ instanceType: "t3.large", diskGiB: 30, availabilityZone: "eu-central-1a", subnet: 1 },
    });
    const nodes = [node("a", "control-plane"), node("b", "worker"), node("c", "worker"), node("d", "worker")];
    const replicas = async (count: number): Promise<unknown> =>
      specOf<{ replicas: number }>(
        await deploy({ gateway }, { nodes: nodes.slice(0, count) }),
        "Deployment",
        "gateway",
      ).replicas;
    assert.deepEqual([await replicas(2), await replicas(3), await replicas(4)], [1, 2, 2]);
  });
});

describe("settings of the gateway", () => {
  it("that are wrong are told all at once", () => {
    const refusal = refusalOf({
      gateway: { enabled: "yes", host: "Ground.example", certificateDays: 0, viewerPassword: "short" },
    });
    for (const part of [
      "gateway.enabled",
      'gateway.host = "Ground.example"',
      "gateway.certificateDays = 0: at least 0.005 (7 minutes)",
      "gateway.viewerPassword",
    ]) {
      assert.ok(refusal.includes(part), refusal);
    }
    assert.ok(!refusal.includes("short"));
  });

  it("name routes that are in each other's way", () => {
    const route = { namespace: "flight", service: "planner" };
    const refusal = refusalOf({
      gateway: {
        ...{ enabled: true, host: "ground.example.org" },
        routes: [
          { name: "grafana", ...route },
          { name: "planner", ...route, host: "a.example.org" },
          { name: "planner", ...route, host: "a.example.org", keepPath: true },
          { name: "other", ...route, host: "ground.example.org" },
          { name: "open", ...route, login: "none" },
        ],
      },
    });
    for (const part of [
      'gateway.routes[0].name = "grafana": is a page\'s',
      'gateway.routes[2].name = "planner": routes[1] has it already',
      'gateway.routes[2].host = "a.example.org": routes[1] has it already',
      "gateway.routes[2].keepPath = true: known only without a `host`",
      'gateway.routes[3].host = "ground.example.org": is `gateway.host`',
      'gateway.routes[4].login = "none": needs a `host`',
    ]) {
      assert.ok(refusal.includes(part), refusal);
    }
    assert.equal(refusalOf({ gateway: { routes: [{ name: "a", ...route }] } }), "", "while it is off");
  });

  it("take no address for a name, and no password that bcrypt would cut", () => {
    assert.match(refusalOf({ gateway: { host: "192.0.2.1" } }), /a DNS name/);
    assert.match(refusalOf({ gateway: { operatorPassword: "x".repeat(73) } }), /at most 72 characters/);
    assert.equal(refusalOf({ gateway: { ...gateway, host: "ground.example.org", certificateDays: 30 } }), "");
  });
});

describe("the gateway's sign-on in stack 2", function () {
  this.timeout(30_000);
  const clientSecret = "client-secret-0007";
  const oidc = {
    ...{ issuer: "https://id.example.org/", clientId: "pages", clientSecret },
    groups: { viewer: ["flight"], operator: ["flight directors"] },
  };
  const endpoints = {
    authorization: "https://id.example.org/auth",
    token: "https://id.example.org/token",
    userInfo: "https://id.example.org/userinfo",
  };
  let made: Deployment;
  before(async () => {
    made = await deploy({ gateway: { ...gateway, oidc: { ...oidc, endpoints } } });
  });
  const podOf = (): PodSpec =>
    specOf<{ template: { spec: PodSpec } }>(made, "Deployment", "gateway-sign-on").template.spec;

  it("is there where the settings name a provider, and nowhere else", async () => {
    const without = await deploy({ gateway });
    assert.deepEqual(
      without.resources.filter(({ name }) => name.includes("sign-on")),
      [],
    );
    assert.match(
      String((podOf().containers[0]?.args ?? []).join("\n")),
      /--oidc-issuer-url=https:\/\/id\.example\.org\/$/m,
    );
  });

  it("leaves passwords to programs, with their outputs", () => {
    for (const name of ["viewerPassword", "operatorPassword"]) assert.ok(made.secrets.includes(name), name);
  });

  it("has secrets in Secrets alone, and these marked", () => {
    const withSecret = made.resources.filter(({ inputs }) => JSON.stringify(inputs).includes(clientSecret));
    assert.deepEqual(
      withSecret.map(({ type, name, hasSecret }) => `${type.split(":").at(-1)} ${name} ${hasSecret}`).sort(),
      ["Secret gateway-sign-on true", "Secret monitoring-grafana-sign-on true"],
    );
    const { stringData } = named(made, "Secret", "gateway-sign-on").inputs as {
      stringData: Record<string, unknown>;
    };
    assert.deepEqual(Object.keys(stringData), ["clientSecret", "cookieSecret"]);
    assert.match(String(stringData["cookieSecret"]), /generated-secret/);
    const keys = made.resources.filter(({ name }) => name === "gateway-sign-on-cookie");
    assert.equal(keys.length, 1, "made once, and kept");
  });

  it("has no right, no way to change its files, and is asked by the gateway and Prometheus only", () => {
    const { automountServiceAccountToken, serviceAccountName, containers } = podOf();
    assert.deepEqual([automountServiceAccountToken, serviceAccountName], [false, "gateway-sign-on"]);
    for (const { securityContext } of containers) {
      assert.partialDeepStrictEqual(securityContext, {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
      });
    }
    const { ingress } = specOf<{ ingress: unknown[] }>(made, "NetworkPolicy", "gateway-sign-on");
    assert.partialDeepStrictEqual(ingress, [
      {
        from: [{ podSelector: { matchLabels: { "app.kubernetes.io/name": "gateway" } } }],
        ports: [{ port: 4180 }],
      },
      {
        from: [{ podSelector: { matchLabels: { "app.kubernetes.io/name": "prometheus" } } }],
        ports: [{ port: 9101 }],
      },
    ]);
    assert.partialDeepStrictEqual(specOf(made, "PodDisruptionBudget", "gateway-sign-on"), {
      maxUnavailable: 1,
    });
  });

  it("lets people into Grafana by the provider where its addresses are known, by the same groups", async () => {
    const { grafana } = chartValues(made);
    assert.partialDeepStrictEqual(grafana?.["grafana.ini"], {
      "auth.generic_oauth": {
        enabled: true,
        client_id: "pages",
        client_secret: "$__file{/etc/secrets/sign-on/clientSecret}",
        auth_url: endpoints.authorization,
        token_url: endpoints.token,
        api_url: endpoints.userInfo,
        role_attribute_path: `contains("groups"[*], 'flight directors') && 'Editor' || contains("groups"[*], 'flight') && 'Viewer'`,
        role_attribute_strict: true,
        use_pkce: true,
      },
      users: { allow_sign_up: false },
    });
    assert.partialDeepStrictEqual(grafana?.["extraSecretMounts"], [{ secretName: "grafana-sign-on" }]);
    const without = chartValues(await deploy({ gateway: { ...gateway, oidc } }))["grafana"];
    assert.equal(without?.["extraSecretMounts"], undefined);
    assert.ok(!JSON.stringify(without).includes("generic_oauth"));
  });

  it("is probed at the provider", () => {
    const probes = made.resources.filter(({ name }) => name === "probes-identity-provider");
    assert.match(
      JSON.stringify(probes.map(({ inputs }) => inputs)),
      /"https:\/\/id\.example\.org\/\.well-known\/openid-configuration"/,
    );
  });

  it("has settings whose problems are told all at once, and no secret", () => {
    const refusal = refusalOf({
      gateway: {
        ...gateway,
        oidc: {
          ...{ issuer: "http://id.example.org", clientId: "a b", clientSecret: "my secret", scopes: ["a b"] },
          ...{ groupsClaim: "", certificateAuthority: "none", groups: { viewer: ["a,b"] } },
        },
        routes: [{ name: "oauth2", namespace: "a", service: "a" }],
      },
    });
    for (const part of [
      'gateway.oidc.issuer = "http://id.example.org"',
      'gateway.oidc.clientId = "a b"',
      'gateway.oidc.clientSecret = "[secret]"',
      "gateway.oidc.scopes[0]",
      "gateway.oidc.groupsClaim",
      "gateway.oidc.certificateAuthority",
      'gateway.oidc.groups.viewer[0] = "a,b": a group:',
    ]) {
      assert.ok(refusal.includes(part), `${part}\n${refusal}`);
    }
    assert.ok(!refusal.includes("my secret"));
    const empty = refusalOf({
      gateway: {
        ...gateway,
        oidc: { ...oidc, groups: {} },
        routes: [{ name: "oauth2", namespace: "a", service: "a" }],
      },
    });
    assert.match(empty, /gateway\.oidc\.groups: one group at least/);
    assert.match(empty, /gateway\.routes\[0\]\.name = "oauth2": is a page's/);
  });
});
