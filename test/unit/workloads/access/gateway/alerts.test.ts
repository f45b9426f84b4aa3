import assert from "node:assert/strict";
import { alertsOf } from "../../../../../telemetry/rules";
import { gatewayRules } from "../../../../../workloads/access/gateway/alerts";
import { selectorsOf } from "../../../../support/promql";
import { type AlertCase, testCases } from "../../../telemetry/rules/alertCase";

const day = 86_400;
const rules = gatewayRules({ lifeSeconds: 90 * day, hasSignOn: true, runbookBaseUrl: undefined });

const up = 'up{job="gateway",pod="gateway-a"}';
const end = (pod: string, serial: string): string =>
  `traefik_tls_certs_not_after{job="gateway",pod="${pod}",serial="${serial}"}`;
const requests = (code: number, page: string): string =>
  `traefik_service_requests_total{job="gateway",pod="gateway-a",code="${code}",exported_service="${page}@file"}`;
const refusals =
  'traefik_entrypoint_requests_total{job="gateway",pod="gateway-a",code="401",entrypoint="https"}';

const signOn = 'up{job="gateway-sign-on",pod="gateway-sign-on-a"}';
const answers = (code: number): string =>
  `oauth2_proxy_requests_total{job="gateway-sign-on",pod="gateway-sign-on-a",code="${code}"}`;

const cases: AlertCase[] = [
  {
    alert: "GatewayMissing",
    it: "fires when no pod answers for two minutes",
    series: { [up]: "0x120", [signOn]: "1x120" },
    at: "3m",
    notYetAt: "1m",
    firing: [
      {
        labels: {},
        summary: "Nobody can open the pages",
        description:
          "No pod of the gateway works: 1 is missing (limit 0). Pages cannot be opened; alerts are sent all the same.",
      },
    ],
  },
  {
    alert: "GatewayMissing",
    it: "is silent while one of two answers",
    series: { [up]: "0x120", 'up{job="gateway",pod="gateway-b"}': "1x120", [signOn]: "1x120" },
    at: "5m",
    firing: [],
  },
  {
    alert: "GatewayCertificateExpiresSoon",
    it: "fires when a pod's newest certificate has half of its last third left",
    series: { [end("a", "1")]: `${80 * day}x120`, [end("b", "2")]: `${14 * day}x120` },
    at: "2m",
    notYetAt: "0m",
    firing: [
      {
        labels: {},
        summary: "The gateway's certificate ends soon",
        description:
          "The gateway's certificate is good for 14.00 days more (limit 15.00): none took its place.",
      },
    ],
  },
  {
    alert: "GatewayCertificateExpiresSoon",
    it: "is silent where another one took its place, whose series stays",
    series: { [end("a", "1")]: `${2 * day}x120`, [end("a", "2")]: `${80 * day}x120` },
    at: "5m",
    firing: [],
  },
  {
    alert: "GatewayErrors",
    it: "fires when a page fails for ten minutes, and names it",
    series: { [requests(200, "grafana")]: "0+9x120", [requests(502, "grafana")]: "0+1x120" },
    at: "16m",
    notYetAt: "9m",
    firing: [
      {
        labels: { exported_service: "grafana@file" },
        summary: "A page behind the gateway fails",
        description: "10% of the requests to grafana@file fail (limit 5 %).",
      },
    ],
  },
  {
    alert: "GatewayErrors",
    it: "is silent while another page works",
    series: { [requests(200, "prometheus")]: "0+9x120" },
    at: "16m",
    firing: [],
  },
  {
    alert: "GatewayLoginsRefused",
    it: "fires at more than a thousand within five minutes",
    series: { [refusals]: "0+40x120" },
    at: "10m",
    firing: [
      {
        labels: {},
        summary: "Many logins at the gateway are refused",
        description:
          "1200 requests had no right password within five minutes (limit 1000): somebody may try passwords.",
      },
    ],
  },
  {
    alert: "GatewayLoginsRefused",
    it: "is silent at those of an open page whose password was changed",
    series: { [refusals]: "0+10x120" },
    at: "10m",
    firing: [],
  },
  {
    alert: "GatewaySignOnMissing",
    it: "fires when no pod of the sign-on answers for two minutes",
    series: { [up]: "1x120" },
    at: "3m",
    notYetAt: "1m",
    firing: [
      {
        labels: {},
        summary: "Nobody can log in to the pages by the identity provider",
        description:
          "No pod of the sign-on works: 1 is missing (limit 0). Pages open by password only; alerts are sent all the same.",
      },
    ],
  },
  {
    alert: "GatewaySignOnFails",
    it: "fires when three logins fail within ten minutes",
    series: { [answers(500)]: "0x10 3x110", [answers(202)]: "0+60x120" },
    at: "9m",
    notYetAt: "0m",
    firing: [
      {
        labels: {},
        summary: "Logins by the identity provider fail",
        description:
          "3 logins failed within ten minutes (limit 2): the provider refuses the client, or does not answer.",
      },
    ],
  },
  {
    alert: "GatewaySignOnFails",
    it: "is silent where people are refused",
    series: { [answers(403)]: "0+5x120", [answers(401)]: "0+60x120" },
    at: "15m",
    firing: [],
  },
];

describe("alerts about the gateway, as promtool evaluates them", () => {
  testCases(rules, cases);

  it("name the job of every series", () => {
    for (const { expr } of alertsOf(rules)) {
      for (const selector of selectorsOf(expr)) assert.match(selector, /\{job="gateway(-sign-on)?"[,}]/);
    }
  });
});
