/** Settings as a user writes them, for the tests of stack 2. */
import { parseSettings, type Settings } from "../../../workloads/config";

/** Secrets in every routing setting; no output may contain them. */
export const secrets = {
  slack: "https://hooks.slack.example/services/T000/B000/slack-secret-0001",
  webhook: "https://ops.example/hook/webhook-secret-0002",
  watchdog: "https://deadman.example/ping/watchdog-secret-0003",
  routingKey: "pagerdutysecret000000000000000004",
  mailPassword: "mail-secret-0005",
  grafana: "grafana-secret-0006",
} as const;

export const alerting = {
  receivers: [
    { name: "flight", slack: { url: secrets.slack, channel: "#flight" } },
    {
      name: "flight-pager",
      pagerDuty: { routingKey: secrets.routingKey },
      webhook: { url: secrets.webhook },
    },
    { name: "ground", email: { to: "ground@example.org" } },
  ],
  routes: [
    { team: "flight-control", severity: "critical", receiver: "flight-pager" },
    { team: "flight-control", receiver: "flight" },
    { severity: "critical", receiver: "ground" },
    { team: "ground-segment", receiver: "ground" },
  ],
  mail: {
    server: "smtp.example.org:587",
    from: "alerts@example.org",
    username: "alerts",
    password: secrets.mailPassword,
  },
  defaultReceiver: "nobody",
  watchdogUrl: secrets.watchdog,
} as const;

/** Settings with the given monitoring part; all others have their defaults. */
export function settingsWith(monitoring: Readonly<Record<string, unknown>>): Settings {
  return parseSettings({ monitoring });
}
