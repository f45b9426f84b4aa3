/** Alerts of a probe: no right answer, one too slow, one now and then, a certificate that ends, and none at all. */
import { alertRule, type AlertSpec, defaultRuleSettings, type RuleFile } from "../../telemetry/rules";
import { addressOf, hasCertificate, hasStatus } from "./address";
import { ofProbe } from "./names";
import { probeLimits, type ProbeSettings } from "./settings";

/** Failures within an hour that are no single event any more. */
const mostFailures = 3;

/** A group for each probe. */
export function probeRules(probes: readonly ProbeSettings[], runbookBaseUrl: string | undefined): RuleFile {
  const settings = { runbookBaseUrl: runbookBaseUrl ?? defaultRuleSettings.runbookBaseUrl };
  return {
    groups: probes.map((probe) => ({
      name: `probe-${probe.name}`,
      rules: alertsOf(probe).map((spec) => alertRule(spec, settings)),
    })),
  };
}

function alertsOf(probe: ProbeSettings): AlertSpec[] {
  const { name, url, team, severity, slowSeconds, downSeconds } = probe;
  const { scheme } = addressOf(url);
  const of = (metric: string): string => ofProbe(metric, name);
  const common = { team, subsystem: "probes", severity: "warning", labels: { probe: name } } as const;
  const works = of("probe_success");
  return [
    { ...common, ...failing(probe, works), alert: "ProbeFailing", severity, forSeconds: downSeconds },
    {
      ...common,
      ...{ alert: "ProbeUnsteady", forSeconds: 0 },
      expr: `resets(${works}[1h]) >= ${mostFailures}`,
      summary: `${name} fails again and again`,
      description: `${url} stopped to answer as expected {{ $value | printf "%.0f" }} times within an hour (limit ${mostFailures}).`,
    },
    {
      ...common,
      ...{ alert: "ProbeSlow", forSeconds: 300 },
      expr: `avg_over_time(${of("probe_duration_seconds")}[5m]) > ${slowSeconds} and on (probe) ${works} == 1`,
      summary: `${name} is slow`,
      description: `${url} takes {{ $value | printf "%.1f" }} s to answer (limit ${slowSeconds} s).`,
    },
    ...(hasCertificate(scheme)
      ? [{ ...common, ...ending(probe, of("probe_ssl_earliest_cert_expiry")) }]
      : []),
    {
      ...common,
      ...{ alert: "ProbeMissing", forSeconds: 300 },
      expr: `absent(${works})`,
      summary: `Nobody knows whether ${name} works`,
      description: `${url} is not probed: {{ $value | printf "%.0f" }} result is missing (limit 0).`,
    },
  ];
}

type Condition = Pick<AlertSpec, "expr" | "summary" | "description">;

/** The value is the HTTP status, where there is one. */
function failing({ name, url, expect }: ProbeSettings, works: string): Condition {
  const summary = `${name} does not answer as expected`;
  if (!hasStatus(addressOf(url).scheme)) {
    const description = `${url} gives no right answer (works is {{ $value | printf "%.0f" }}, limit 1).`;
    return { expr: `${works} == 0`, summary, description };
  }
  const right = expect === undefined ? "200 to 299" : expect.join(", ");
  return {
    expr: `${ofProbe("probe_http_status_code", name)} and on (probe) ${works} == 0`,
    summary,
    description: `${url} answers with the HTTP status {{ $value | printf "%.0f" }} (limit ${right}; 0: with none).`,
  };
}

function ending(
  { name, url, certificateDays = probeLimits.certificateDays }: ProbeSettings,
  end: string,
): Condition & Pick<AlertSpec, "alert" | "forSeconds"> {
  return {
    ...{ alert: "ProbeCertificateExpiresSoon", forSeconds: 300 },
    expr: `(${end} - time()) / 86400 < ${certificateDays}`,
    summary: `The certificate of ${name} ends soon`,
    description: `The certificate of ${url} is good for {{ $value | printf "%.1f" }} days more (limit ${certificateDays}).`,
  };
}
