/** Receivers in Alertmanager's format, from the settings. */
import type { Receiver } from "./alertmanagerConfig";
import type { MailSettings } from "./mail";
import type { AlertingSettings, ReceiverSettings } from "./settings";

/** Option to notify also when an alert is resolved. */
const resolved = { send_resolved: true } as const;

const state = '{{ .Status | toUpper }}{{ if eq .Status "firing" }} ({{ .Alerts.Firing | len }}){{ end }}';
const title = `${state}: {{ .CommonLabels.alertname }}`;
/** Title and all summaries. Alerts of different parameters have no common one, and PagerDuty rejects an empty text. */
const oneLine = `${title}{{ range .Alerts }}; {{ .Annotations.summary }}{{ end }}`;
/** Alerts in one Slack message; Slack answers 400 to a text that is too long, and the message is lost. */
const slackAlerts = 20;
/** Template of a value that Slack shows as it is: `<!channel>` and `<url|text>` act wherever they stand. */
const inSlack = (value: string): string =>
  `{{ ${value} | reReplaceAll "&" "&amp;" | reReplaceAll "<" "&lt;" | reReplaceAll ">" "&gt;" }}`;
/** Text with summary, description and runbook link of each alert. */
const slackText = [
  `{{ range $index, $alert := .Alerts }}{{ if lt $index ${slackAlerts} }}`,
  ...["summary", "description", "runbook_url"].map((each) => `${inSlack(`.Annotations.${each}`)}\n`),
  `{{ end }}{{ end }}{{ if gt (len .Alerts) ${slackAlerts} }}… {{ len .Alerts }} alerts in all, ${slackAlerts} shown\n{{ end }}`,
].join("");

/**
 * Attachment for Slack. Its text is not Markdown, which Alertmanager asks for by default: an alert's text is anybody's,
 * and `*` or `_` in it are no markup. The list must not be empty; of a pretext there is none.
 */
const slackMessage = {
  title: `${state}: ${inSlack(".CommonLabels.alertname")}`,
  text: slackText,
  mrkdwn_in: ["pretext"],
} as const;

/**
 * Severity for PagerDuty. It answers 400 to any but its own four, and the alert is lost; so `page`, `high`, `none` or
 * no severity becomes `error`, which alerts people just as `critical` does.
 */
const pagerDutySeverity =
  '{{ $severity := .CommonLabels.severity | toLower }}{{ if eq $severity "critical" "error" "warning" "info" }}{{ $severity }}{{ else }}error{{ end }}';

/** Events API v2 of PagerDuty, by region of the account. */
const pagerDutyUrl = {
  us: "https://events.pagerduty.com/v2/enqueue",
  eu: "https://events.eu.pagerduty.com/v2/enqueue",
} as const;

export function receiverOf(receiver: ReceiverSettings, { mail }: AlertingSettings): Receiver {
  const { name, slack, pagerDuty, email, webhook } = receiver;
  return {
    name,
    ...(slack && {
      slack_configs: [{ ...resolved, api_url: slack.url, channel: slack.channel, ...slackMessage }],
    }),
    ...(pagerDuty && {
      pagerduty_configs: [
        {
          ...resolved,
          url: pagerDutyUrl[pagerDuty.region],
          routing_key: pagerDuty.routingKey,
          description: oneLine,
          severity: pagerDutySeverity,
        },
      ],
    }),
    ...(email && mail && { email_configs: [email.to].flat().map((to) => mailTo(to, mail)) }),
    ...(webhook && { webhook_configs: [{ ...resolved, url: webhook.url }] }),
  };
}

/** One recipient: Alertmanager gives up a mail as a whole when the server refuses one of its recipients. */
function mailTo(to: string, mail: MailSettings): Readonly<Record<string, unknown>> {
  return {
    ...resolved,
    to,
    from: mail.from,
    smarthost: mail.server,
    require_tls: mail.requireTls,
    ...(mail.hello !== undefined && { hello: mail.hello }),
    ...(mail.username !== undefined && { auth_username: mail.username }),
    ...(mail.password !== undefined && { auth_password: mail.password }),
  };
}
