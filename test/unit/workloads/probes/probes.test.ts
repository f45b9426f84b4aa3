import assert from "node:assert/strict";
import { parse } from "yaml";
import { loadDictionary } from "../../../../telemetry/dictionary";
import { alertsOf, defaultRuleSettings } from "../../../../telemetry/rules";
import { parseSettings } from "../../../../workloads/config";
import { allProbes } from "../../../../workloads/probes";
import { probeRules } from "../../../../workloads/probes/alerts";
import { probeDashboard } from "../../../../workloads/probes/dashboard";
import { proberNames } from "../../../../workloads/probes/names";
import { panelQueries } from "../../../support/lab/panelQueries";
import { metricsOf, selectorsOf, syntaxErrors } from "../../../support/promql";
import { deploy } from "../../../support/workloads/mocks";
import { unversioned } from "../../../support/workloads/names";
import { refusalOf } from "../../../support/workloads/refusal";
import { testCases } from "../../telemetry/rules/alertCase";

const rulesOf = (...given: object[]) =>
  probeRules(parseSettings({ probes: given }).probes, defaultRuleSettings.runbookBaseUrl);

const shop = {
  name: "shop",
  url: "https://shop.example/health",
  team: "flight-control",
  severity: "critical",
};
const station = { name: "station", url: "tcp://station.example:5000" };

const of = (probe: string, metric: string): string =>
  `${metric}{job="${proberNames.job}",probe="${probe}",instance="a"}`;
const labels = (probe: string) => ({ job: proberNames.job, probe, instance: "a" });

describe("alerts of probes, as promtool evaluates them", () => {
  const works = (probe: string, values: string) => ({ [of(probe, "probe_success")]: values });
  const failing = {
    summary: "shop does not answer as expected",
    description:
      "https://shop.example/health answers with the HTTP status 503 (limit 200 to 299; 0: with none).",
  };
  testCases(rulesOf(shop, station), [
    {
      alert: "ProbeFailing",
      it: "fires with the HTTP status, two minutes after the last right answer",
      ...{ interval: "30s", at: "8m", notYetAt: "6m30s" },
      series: {
        ...works("shop", "1x10 0x20"),
        [of("shop", "probe_http_status_code")]: "200x10 503x20",
        ...works("station", "1x30"),
      },
      firing: [{ labels: labels("shop"), ...failing }],
    },
    {
      alert: "ProbeFailing",
      it: "is silent about a status that is expected",
      ...{ interval: "30s", at: "10m", firing: [] },
      series: {
        ...works("shop", "1x30"),
        [of("shop", "probe_http_status_code")]: "401x30",
        ...works("station", "1x30"),
      },
    },
    {
      alert: "ProbeFailing",
      it: "fires where there is no HTTP status",
      ...{ interval: "30s", at: "8m" },
      series: { ...works("shop", "1x30"), ...works("station", "0x30") },
      firing: [
        {
          labels: labels("station"),
          summary: "station does not answer as expected",
          description: "tcp://station.example:5000 gives no right answer (works is 0, limit 1).",
        },
      ],
    },
    {
      alert: "ProbeUnsteady",
      it: "fires at the third failure within an hour, however short each was",
      ...{ interval: "30s", at: "36m", notYetAt: "32m" },
      series: { ...works("shop", "1x20 0 1x20 0x1 1x20 0 1x20"), ...works("station", "1x80") },
      firing: [
        {
          labels: labels("shop"),
          summary: "shop fails again and again",
          description:
            "https://shop.example/health stopped to answer as expected 3 times within an hour (limit 3).",
        },
      ],
    },
    {
      alert: "ProbeUnsteady",
      it: "is silent about one outage, however long it was",
      ...{ interval: "30s", at: "40m", firing: [] },
      series: { ...works("shop", "1x20 0x30 1x40"), ...works("station", "1x80") },
    },
    {
      alert: "ProbeSlow",
      it: "fires where answers are right and take too long",
      ...{ interval: "30s", at: "15m", notYetAt: "4m" },
      series: {
        ...works("shop", "1x40"),
        [of("shop", "probe_duration_seconds")]: "3.5x40",
        ...works("station", "1x40"),
        [of("station", "probe_duration_seconds")]: "1.9x40",
      },
      firing: [
        {
          labels: labels("shop"),
          summary: "shop is slow",
          description: "https://shop.example/health takes 3.5 s to answer (limit 2 s).",
        },
      ],
    },
    {
      alert: "ProbeSlow",
      it: "leaves what gives no answer to ProbeFailing",
      ...{ interval: "30s", at: "15m", firing: [] },
      series: {
        ...works("shop", "0x40"),
        [of("shop", "probe_duration_seconds")]: "10x40",
        ...works("station", "1x40"),
      },
    },
    {
      alert: "ProbeCertificateExpiresSoon",
      it: "fires within a fortnight of the end",
      ...{ interval: "30s", at: "10m" },
      series: {
        ...works("shop", "1x40"),
        [of("shop", "probe_ssl_earliest_cert_expiry")]: `${13 * 86_400}x40`,
        ...works("station", "1x40"),
      },
      firing: [
        {
          labels: labels("shop"),
          summary: "The certificate of shop ends soon",
          description:
            "The certificate of https://shop.example/health is good for 13.0 days more (limit 14).",
        },
      ],
    },
    {
      alert: "ProbeCertificateExpiresSoon",
      it: "is silent before",
      ...{ interval: "30s", at: "10m", firing: [] },
      series: {
        ...works("shop", "1x40"),
        [of("shop", "probe_ssl_earliest_cert_expiry")]: `${15 * 86_400}x40`,
        ...works("station", "1x40"),
      },
    },
    {
      alert: "ProbeMissing",
      it: "fires for each that nobody probes",
      ...{ interval: "30s", at: "20m", notYetAt: "9m" },
      series: { ...works("shop", "1x40"), ...works("station", "1x10 stale") },
      firing: [
        {
          labels: { job: proberNames.job, probe: "station" },
          summary: "Nobody knows whether station works",
          description: "tcp://station.example:5000 is not probed: 1 result is missing (limit 0).",
        },
      ],
    },
  ]);
});

describe("the rules of probes", () => {
  it("are right PromQL of this job's series, and one probe's", () => {
    for (const { expr } of rulesOf(shop, station).groups.flatMap(({ rules }) => rules)) {
      assert.deepEqual(syntaxErrors(expr), [], expr);
      for (const selector of selectorsOf(expr)) assert.match(selector, /job="perigee-probes",probe="/, expr);
    }
  });

  it("alert the probe's team, with its severity where it does not answer", () => {
    const found = alertsOf(rulesOf(shop)).map(({ alert, labels: { team, severity } }) => [
      alert,
      team,
      severity,
    ]);
    assert.deepEqual(found, [
      ["ProbeFailing", "flight-control", "critical"],
      ["ProbeUnsteady", "flight-control", "warning"],
      ["ProbeSlow", "flight-control", "warning"],
      ["ProbeCertificateExpiresSoon", "flight-control", "warning"],
      ["ProbeMissing", "flight-control", "warning"],
    ]);
  });

  it("have series that the dashboard asks for", () => {
    const asked = panelQueries([probeDashboard(loadDictionary()).build()]).map(({ expr }) => expr);
    const alerted = new Set(
      rulesOf(shop).groups.flatMap(({ rules }) => rules.flatMap(({ expr }) => metricsOf(expr))),
    );
    assert.equal(asked.length, 4);
    for (const expr of asked) {
      assert.deepEqual(syntaxErrors(expr), [], expr);
      for (const metric of metricsOf(expr)) assert.ok(alerted.has(metric), metric);
    }
  });
});

describe("probes in stack 2", () => {
  it("are a prober, an object for each, rules and a dashboard", async () => {
    const { resources } = await deploy({
      probes: [shop, station, { name: "gate", url: "icmp://192.0.2.1" }],
      ownProbes: false,
    });
    const found = resources.filter(({ name }) =>
      /^prober(-[0-9a-f]{16})?$|^probes-|perigee-probes/.test(name),
    );
    assert.deepEqual(
      found.map(({ type, name }) => `${type.replace("kubernetes:", "")} ${unversioned(name)}`).sort(),
      [
        "apps/v1:Deployment prober",
        "core/v1:ConfigMap dashboards-perigee-probes",
        "core/v1:ConfigMap prober",
        "core/v1:Service prober",
        "core/v1:ServiceAccount prober",
        "monitoring.coreos.com/v1:Probe probes-gate",
        "monitoring.coreos.com/v1:Probe probes-shop",
        "monitoring.coreos.com/v1:Probe probes-station",
        "monitoring.coreos.com/v1:PrometheusRule probes-rules",
      ],
    );
    const probe = found.find(({ name }) => name === "probes-shop");
    assert.deepEqual(probe?.inputs["spec"], {
      jobName: "perigee-probes",
      interval: "30s",
      scrapeTimeout: "10s",
      module: "shop",
      prober: { url: "prober.monitoring.svc:9115", path: "/probe" },
      targets: { staticConfig: { static: ["https://shop.example/health"], labels: { probe: "shop" } } },
    });
  });

  it("ask by echo requests without a capability, and have no other right than that", async () => {
    const pod = async (...probes: object[]) => {
      const { resources } = await deploy({ probes });
      const found = resources.find(({ type, name }) => type.endsWith(":Deployment") && name === "prober");
      return (found?.inputs["spec"] as { template: { spec: Record<string, unknown> } }).template.spec;
    };
    const plain = await pod(shop);
    const restricted = {
      ...{ runAsNonRoot: true, runAsUser: 1000, runAsGroup: 1000, fsGroup: 1000 },
      seccompProfile: { type: "RuntimeDefault" },
    };
    assert.deepEqual(plain["securityContext"], restricted);
    assert.equal(plain["automountServiceAccountToken"], false);
    assert.deepEqual((plain["containers"] as { securityContext: unknown }[])[0]?.securityContext, {
      ...{ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true },
      capabilities: { drop: ["ALL"] },
    });
    assert.deepEqual((await pod(shop, { name: "gate", url: "icmp://192.0.2.1" }))["securityContext"], {
      ...restricted,
      sysctls: [{ name: "net.ipv4.ping_group_range", value: "1000 1000" }],
    });
  });

  it("ask what every cluster has, as far as it is there; one of the settings takes the place of that", () => {
    const urls = (settings: Readonly<Record<string, unknown>>) =>
      allProbes(parseSettings(settings)).map(({ name, url }) => `${name} ${url}`);
    const always = [
      "api-server https://kubernetes.default.svc/readyz",
      "cluster-dns dns://kube-dns.kube-system.svc.cluster.local/kubernetes.default.svc.cluster.local?type=A",
      "telemetry-page http://telemetry-page.telemetry.svc:9465/",
    ];
    const grafana = "grafana http://monitoring-grafana.monitoring.svc/api/health";
    const logs = "log-page http://log-page.monitoring.svc:9428/health";
    assert.deepEqual(urls({}), [...always, grafana, logs]);
    assert.deepEqual(urls({ monitoring: { grafana: false }, logs: { kind: "none" } }), always);
    const mine = { name: "grafana", url: "https://grafana.example/api/health" };
    assert.deepEqual(urls({ probes: [mine] }), [...always, logs, `grafana ${mine.url}`]);
    assert.deepEqual(urls({ probes: [mine], ownProbes: false }), [`grafana ${mine.url}`]);
  });

  it("verify the API server by the authority that Kubernetes puts beside every pod", async () => {
    const { resources } = await deploy({});
    const prober = resources.filter(({ name }) => unversioned(name) === "prober");
    const config = prober.find(({ type }) => type.endsWith(":ConfigMap"))?.inputs["data"];
    const { modules } = parse((config as Record<string, string>)["prober.yaml"] ?? "") as {
      modules: Record<string, { http?: { tls_config?: object } }>;
    };
    assert.deepEqual(modules["api-server"]?.http?.tls_config, { ca_file: "/etc/cluster/ca.crt" });
    assert.equal(modules["telemetry-page"]?.http?.tls_config, undefined);
    assert.match(JSON.stringify(prober), /"name":"kube-root-ca.crt"/);
  });

  it("are nothing where there are none", async () => {
    const { resources } = await deploy({ ownProbes: false });
    assert.deepEqual(
      resources.filter(({ name }) => /prober|probes/.test(name)),
      [],
    );
  });
});

describe("settings of probes", () => {
  const refused = (...given: unknown[]): string => refusalOf({ probes: given });

  it("have a probe each half minute, and warn the ground segment after two", () => {
    assert.deepEqual(parseSettings({ probes: [station] }).probes, [
      {
        ...station,
        ...{ team: "ground-segment", severity: "warning" },
        ...{ everySeconds: 30, downSeconds: 120, slowSeconds: 2 },
      },
    ]);
    assert.deepEqual(parseSettings({}).probes, []);
  });

  it("take addresses by their scheme", () => {
    for (const url of [
      ...[
        "http://shop.prod.svc",
        "https://shop.example:8443/a?b=c",
        "http://[fd00::1]/",
        "tcp://10.0.1.5:22",
      ],
      ...["tls://ldap.example:636", "tcp://[::1]:22", "dns://10.96.0.10/shop.prod.svc.cluster.local"],
      ...["dns://ns.example:5353/_ldap._tcp.example?type=SRV", "icmp://gateway.example", "icmp://[fd00::1]"],
    ]) {
      assert.equal(refused({ name: "a", url }), "", url);
    }
  });

  for (const [url, reason] of [
    ["ftp://a/", "it begins with http://, https://, tcp://, tls://, dns://, icmp://"],
    ["shop.example", "it begins with"],
    ["https://user:word@shop.example/", "no user or password"],
    ["http://", "it needs a host"],
    ["tcp://station.example", "it needs a port"],
    ["tls://station.example:0", "a port is a number"],
    ["dns://10.96.0.10", "it names a server and what is asked of it"],
    ["dns://10.96.0.10/", "it names a server and what is asked of it"],
    ["dns://10.96.0.10/a?type=ANY", "a type is one of: A, AAAA"],
    ["dns://10.96.0.10/a b", "what is asked is a DNS name"],
    ["icmp://gateway.example:7", "it has no port"],
    ["icmp://", "it needs a host"],
  ] as const) {
    it(`refuse ${url}`, () => {
      assert.ok(refused({ name: "a", url }).includes(reason), refused({ name: "a", url }));
    });
  }

  it("are refused with every problem at once", () => {
    const said = refused(
      { name: "Shop", url: "https://a/", expect: [], everySeconds: 1 },
      { ...station, certificateAuthority: "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----" },
    );
    for (const reason of [
      /probes\[0\]\.name = "Shop": a name/,
      /probes\[0\]\.expect = \[\]: one HTTP status at least/,
      /probes\[0\]\.everySeconds = 1: a whole number from 5 to 240/,
      /probes\[1\]\.certificateAuthority.*one of its certificates cannot be read/,
    ]) {
      assert.match(said, reason);
    }
    const across = refused(
      shop,
      { ...station, name: "shop", expect: [200] },
      { ...shop, name: "b", url: "http://b/", certificateDays: 3, everySeconds: 5, slowSeconds: 5 },
    );
    for (const reason of [
      /probes\[1\]\.name = "shop": probes\[0\] has that name/,
      /probes\[1\]\.expect.*: not known where `url` is tcp:\/\//,
      /probes\[2\]\.certificateDays = 3: not known where `url` is http:\/\//,
      /probes\[2\]\.slowSeconds = 5: less than 5, after which no answer is waited for/,
    ]) {
      assert.match(across, reason);
    }
  });
});
