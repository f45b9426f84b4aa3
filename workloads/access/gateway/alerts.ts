/** Alerts about the gateway: it is away, its certificate ends, pages behind it fail, somebody tries passwords. */
import { alertRule, type AlertSpec, defaultRuleSettings, type RuleFile } from "../../../telemetry/rules";
import { gatewayNames } from "./names";

const of = (metric: string, more = ""): string => `${metric}{job="${gatewayNames.gateway}"${more}}`;

/** Part of a certificate's life at which another one is overdue: half of what is left when it is due. */
const overdue = 1 / 6;
const mostErrors = 0.05;
/** Refused requests within five minutes; an open page has up to 300 after its password was changed. */
const mostRefused = 1000;

const group = "gateway";
const common = { team: "ground-segment", subsystem: group, labels: {} } as const;

/** @param lifeSeconds of a certificate */
export function gatewayRules(lifeSeconds: number, runbookBaseUrl: string | undefined): RuleFile {
  const settings = { runbookBaseUrl: runbookBaseUrl ?? defaultRuleSettings.runbookBaseUrl };
  const limitDays = (lifeSeconds * overdue) / 86_400;
  // A certificate that was replaced stays among the series.
  const end = `min(max by (pod) (${of("traefik_tls_certs_not_after")}))`;
  const requests = (codes: string): string =>
    `sum by (exported_service) (rate(${of("traefik_service_requests_total", codes)}[5m]))`;
  const specs: readonly AlertSpec[] = [
    {
      ...{ ...common, alert: "GatewayMissing", severity: "critical", forSeconds: 120 },
      expr: `absent(${of("up")} == 1)`,
      summary: "Nobody can open the pages",
      description:
        'No pod of the gateway works: {{ $value | printf "%.0f" }} is missing (limit 0). Pages cannot be opened; alerts are sent all the same.',
    },
    {
      ...{ ...common, alert: "GatewayCertificateExpiresSoon", severity: "warning", forSeconds: 60 },
      expr: `(${end} - time()) / 86400 < ${limitDays}`,
      summary: "The gateway's certificate ends soon",
      description: `The gateway's certificate is good for {{ $value | printf "%.2f" }} days more (limit ${limitDays.toFixed(2)}): none took its place.`,
    },
    {
      ...{ ...common, alert: "GatewayErrors", severity: "warning", forSeconds: 600 },
      expr: `${requests(', code=~"5.."')} / ${requests("")} > ${mostErrors}`,
      summary: "A page behind the gateway fails",
      description: `{{ $value | humanizePercentage }} of the requests to {{ $labels.exported_service }} fail (limit ${mostErrors * 100} %).`,
    },
    {
      ...{ ...common, alert: "GatewayLoginsRefused", severity: "warning", forSeconds: 0 },
      expr: `sum(increase(${of("traefik_entrypoint_requests_total", ', code="401"')}[5m])) > ${mostRefused}`,
      summary: "Many logins at the gateway are refused",
      description: `{{ $value | printf "%.0f" }} requests had no right password within five minutes (limit ${mostRefused}): somebody may try passwords.`,
    },
  ];
  return { groups: [{ name: group, rules: specs.map((spec) => alertRule(spec, settings)) }] };
}
