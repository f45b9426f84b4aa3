/** Alerts about the gateway: it is away, its certificate ends, pages behind it or logins fail, somebody tries passwords. */
import { alertRule, type AlertSpec, defaultRuleSettings, type RuleFile } from "../../../telemetry/rules";
import { gatewayNames } from "./names";

const of = (metric: string, more = "", job: string = gatewayNames.gateway): string =>
  `${metric}{job="${job}"${more}}`;
const ofSignOn = (metric: string, more = ""): string => of(metric, more, gatewayNames.signOn.name);

/** Part of a certificate's life at which another one is overdue: half of what is left when it is due. */
const overdue = 1 / 6;
const mostErrors = 0.05;
/** Refused requests within five minutes; an open page has up to 300 after its password was changed. */
const mostRefused = 1000;
/** Failed requests to the sign-on within ten minutes: somebody tries again once or twice. */
const mostFailed = 2;

const group = "gateway";
const common = { team: "ground-segment", subsystem: group, labels: {} } as const;

export interface GatewayRulesArgs {
  /** Life of a certificate. */
  readonly lifeSeconds: number;
  /** Whether people log in at an identity provider. */
  readonly hasSignOn: boolean;
  readonly runbookBaseUrl: string | undefined;
}

export function gatewayRules({ lifeSeconds, hasSignOn, runbookBaseUrl }: GatewayRulesArgs): RuleFile {
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
    ...(hasSignOn ? signOnAlerts : []),
  ];
  return { groups: [{ name: group, rules: specs.map((spec) => alertRule(spec, settings)) }] };
}

const signOnAlerts: readonly AlertSpec[] = [
  {
    ...{ ...common, alert: "GatewaySignOnMissing", severity: "critical", forSeconds: 120 },
    expr: `absent(${ofSignOn("up")} == 1)`,
    summary: "Nobody can log in to the pages by the identity provider",
    description:
      'No pod of the sign-on works: {{ $value | printf "%.0f" }} is missing (limit 0). Pages open by password only; alerts are sent all the same.',
  },
  {
    ...{ ...common, alert: "GatewaySignOnFails", severity: "warning", forSeconds: 0 },
    expr: `sum(increase(${ofSignOn("oauth2_proxy_requests_total", ', code=~"5.."')}[10m])) > ${mostFailed}`,
    summary: "Logins by the identity provider fail",
    description: `{{ $value | printf "%.0f" }} logins failed within ten minutes (limit ${mostFailed}): the provider refuses the client, or does not answer.`,
  },
];
