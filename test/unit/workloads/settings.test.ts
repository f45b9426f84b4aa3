import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { SettingsError } from "../../../settings/load";
import { parseSettings } from "../../../workloads/config";
import { alerting, secrets } from "../../support/workloads/settingsExamples";

function problemsOf(raw: Readonly<Record<string, unknown>>): string[] {
  try {
    parseSettings(raw);
  } catch (error) {
    assert.ok(error instanceof SettingsError);
    return error.message.split("\n").slice(1);
  }
  return [];
}

describe("settings of stack 2", () => {
  it("need nothing: every one has a default", () => {
    const { monitoring, telemetry } = parseSettings({});
    assert.equal(monitoring.chart.version, "88.5.3");
    assert.deepEqual(monitoring.storage, { kind: "ephemeral" });
    assert.equal(telemetry.source, "simulator");
  });

  for (const stack of ["dev", "prod", "lab"]) {
    it(`of the stack ${stack} are right`, () => {
      const file = join(__dirname, `../../../workloads/Pulumi.${stack}.yaml`);
      const { config } = parse(readFileSync(file, "utf8")) as { config: Record<string, unknown> };
      const raw = Object.fromEntries(
        Object.entries(config).map(([key, value]) => [key.replace("perigee-workloads:", ""), value]),
      );
      assert.deepEqual(problemsOf(raw), []);
    });
  }

  it("that are wrong are told all at once, each with what was given and what is allowed", () => {
    const problems = problemsOf({
      infraStack: "a/b",
      nodeImage: "node",
      monitorin: {},
      monitoring: {
        chart: { reference: "kube-prometheus-stack", version: "88" },
        retentionDays: 0,
        retentionSizeGiB: "lots",
        storage: { kind: "ebs" },
        grafanna: false,
        disabledAlerts: ["not an alert"],
      },
      metricsServer: { enabled: "yes", chart: { version: "latest" } },
      telemetry: { source: "serial", dictionary: "no/such.yaml", simulator: { scenario: "explosion" } },
    });
    assert.deepEqual(
      problems.map((line) => line.trim()),
      [
        "perigee-workloads:monitorin: there is no such setting; did you mean monitoring? (allowed: infraStack, nodeImage, monitoring, metricsServer, networkPolicies, logs, telemetry, gateway, teams, slos, probes, ownProbes, jobs)",
        'perigee-workloads:infraStack = "a/b": a stack of perigee-infra, such as dev, or organization/project/stack',
        `perigee-workloads:nodeImage = "node": an image with its registry and tag or digest, such as docker.io/library/node:24-slim; it begins with a registry's host and a slash`,
        'perigee-workloads:monitoring.chart.version = "88": an exact version, such as 88.5.3',
        "perigee-workloads:monitoring.retentionDays = 0: a whole number from 1 to 3650",
        'perigee-workloads:monitoring.retentionSizeGiB = "lots": a number above 0, at most 10000',
        'perigee-workloads:monitoring.storage.kind = {"kind":"ebs"}: kind must be one of: ephemeral, local (EBS is not supported yet)',
        'perigee-workloads:monitoring.disabledAlerts[0] = "not an alert": an alert\'s name',
        "perigee-workloads:monitoring.grafanna: there is no such setting; did you mean grafana? (allowed: chart, crdsChart, keepCrds, retentionDays, retentionSizeGiB, storage, prometheusMemoryMiB, scrapeIntervalSeconds, grafana, grafanaAdminPassword, kubeStateMetrics, disabledAlerts, alerting)",
        'perigee-workloads:metricsServer.enabled = "yes": true or false',
        'perigee-workloads:metricsServer.chart.version = "latest": an exact version, such as 3.13.1',
        'perigee-workloads:telemetry.dictionary = "no/such.yaml": cannot be read: ENOENT (paths are from the repository\'s root)',
        'perigee-workloads:telemetry.source = "serial": one of: simulator, udp',
        'perigee-workloads:telemetry.simulator.scenario = "explosion": one of: nominal, battery-undervoltage, wheel-overspeed, overheating, loss-of-signal, sequence-gaps, corrupt-packets, reboot, safe-mode',
      ],
    );
  });

  it("that are wrong only together are told too", () => {
    const problems = problemsOf({
      monitoring: {
        chart: { reference: "kube-prometheus-stack" },
        crdsChart: { reference: "./no/such/chart" },
        alerting: {
          receivers: [
            { name: "flight", webhook: { url: secrets.webhook } },
            { name: "flight", email: { to: "flight@example.org" } },
            { name: "nobody" },
          ],
          routes: [
            { severity: "critical", receiver: "pager" },
            { team: "flight-control", severity: "critical", receiver: "flight" },
          ],
          defaultReceiver: "someone",
        },
      },
      metricsServer: { chart: { reference: "metrics-server-3.13.1.tgz" } },
    });
    assert.deepEqual(
      problems.map((line) => line.trim().replace("perigee-workloads:", "")),
      [
        'monitoring.chart.reference = "kube-prometheus-stack": a chart\'s name alone: say its `repository` too',
        'monitoring.crdsChart.reference = "./no/such/chart": there is no such file or folder (paths are from the root)',
        'metricsServer.chart.reference = "metrics-server-3.13.1.tgz": there is no such file or folder (paths are from the root)',
        'monitoring.alerting.receivers[1].name = "flight": another receiver has that name already',
        'monitoring.alerting.receivers[1].email = "flight@example.org": needs monitoring.alerting.mail (server, from)',
        'monitoring.alerting.receivers[2].name = "nobody": is a name that the routing uses itself',
        'monitoring.alerting.receivers[2] = "nobody": reaches nobody: give it slack, pagerDuty, email or webhook',
        'monitoring.alerting.routes[0].receiver = "pager": there is no such receiver (there are: flight, flight, nobody)',
        'monitoring.alerting.defaultReceiver = "someone": there is no such receiver (there are: flight, flight, nobody)',
        'monitoring.alerting.routes[1] = "flight-control, critical": never gets an alert: routes[0] before it takes all of them',
        'monitoring.alerting.receivers[2] = "nobody": never gets an alert: no route names it, and it is not the defaultReceiver',
      ],
    );
  });

  it("leave no receiver idle, and no alert without one, unless that is said", () => {
    const hook = { webhook: { url: secrets.webhook } };
    const receivers = [{ name: "pager", ...hook }];
    const of = (given: object): string[] => problemsOf({ monitoring: { alerting: given } });
    assert.equal(of({ receivers }).length, 2);
    const routes = [{ severity: "critical", receiver: "pager" }];
    assert.match(
      of({ receivers, routes }).join(),
      /defaultReceiver: is needed, for alerts that no route fits/,
    );
    assert.deepEqual(of({ receivers, routes, defaultReceiver: "nobody" }), []);
    assert.deepEqual(of({ receivers, defaultReceiver: "pager" }), []);
    assert.deepEqual(of({ receivers, routes: [{ receiver: "pager" }] }), []);
  });

  it("show no secret in their problems, wherever it stands", () => {
    const text = [
      // Right secrets beside something wrong, wrong secrets, and secrets in the wrong place.
      problemsOf({
        monitoring: { alerting: { ...alerting, groupWaitSeconds: -1 }, grafanaAdminPassword: "short" },
      }),
      problemsOf({ monitoring: { alerting: { ...alerting, watchdogUrl: "watchdog-secret-0003" } } }),
      problemsOf({ monitoring: { alerting: { ...alerting, receivers: alerting.receivers[0] } } }),
      problemsOf({ alerting, monitoring: `{"alerting": ${JSON.stringify(alerting)}` }),
      problemsOf({ monitoring: { alerting: { receivers: [{ name: "a", slak: { url: secrets.slack } }] } } }),
    ];
    assert.deepEqual(
      text.map((lines) => lines.length > 0),
      [true, true, true, true, true],
    );
    assert.doesNotMatch(text.flat().join("\n"), /secret-?000|short/);
  });

  it("show no secret under a mistyped name, nor in a URL anywhere", () => {
    const lines = [
      problemsOf({ grafanaAdminPasswrd: secrets.grafana }),
      problemsOf({ monitoring: { alerting: [{ wachdogUrl: secrets.watchdog, slackHook: secrets.slack }] } }),
      problemsOf({ monitoring: { chart: { repository: "https://user:chart-secret-0007@charts.example" } } }),
      problemsOf({ monitoring: { chart: { reference: "oci://user:chart-secret-0007@charts.example/a" } } }),
      problemsOf({ monitoring: `watchdogUrl: ${secrets.watchdog}` }),
      problemsOf({ nodeImage: "user:image-secret-0008@registry.example/node:24" }),
      problemsOf({
        monitoring: { alerting: { mail: { server: "user:mail-secret-0005@smtp:25", from: "a@b" } } },
      }),
    ];
    assert.ok(lines.every(({ length }) => length > 0));
    assert.doesNotMatch(lines.flat().join("\n"), /secret-?000/);
  });

  for (const server of [
    "smtp.example.org",
    "smtp:",
    "smtp:0",
    "smtp:65536",
    "smtp:25x",
    "fe80::1:25",
    "[fe80::1%eth0]:25",
    ":25",
    "a b:25",
  ]) {
    it(`name no mail server ${server}: Alertmanager could not reach it`, () => {
      const [problem = ""] = problemsOf({
        monitoring: { alerting: { mail: { server, from: "a@b.example" } } },
      });
      assert.match(
        problem,
        /monitoring\.alerting\.mail\.server = ".*": host:port, such as smtp\.example\.org:587; /,
      );
    });
  }

  it("take a mail server by name, by address, and by an IPv6 address in brackets", () => {
    for (const server of ["smtp.example.org:587", "smtp:25", "192.0.2.7:25", "[2001:db8::7]:65535"]) {
      assert.deepEqual(
        problemsOf({ monitoring: { alerting: { mail: { server, from: "a@b.example" } } } }),
        [],
      );
    }
  });

  for (const reference of [
    "oci://charts.example/Upper",
    "oci://charts.example",
    "oci://charts.example/a:1.2.3",
    "oci://charts.example/a@sha256:00",
    "oci://charts.example/a/",
    "oci://charts.example:port/a",
    "oci://[::1/a",
  ]) {
    it(`name no chart ${reference}, which Helm cannot read`, () => {
      const [problem = ""] = problemsOf({ monitoring: { chart: { reference } } });
      assert.match(problem, /monitoring\.chart\.reference = ".*": an oci:\/\/ reference, .*; /);
    });
  }

  it("name the dictionary's own problems, with their lines", () => {
    const [first] = problemsOf({ telemetry: { dictionary: "package.json" } });
    assert.match(first ?? "", /telemetry\.dictionary = "package\.json": .*package\.json:\d+:\d+: /);
  });
});
