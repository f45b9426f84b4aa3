/** Receivers in Alertmanager's format, from the settings. */
import type { Receiver } from "./alertmanagerConfig";
import type { AlertingSettings, ReceiverSettings } from "./settings";

/** Option to notify also when an alert is resolved. */
const resolved = { send_resolved: true } as const;

const title =
  '{{ .Status | toUpper }}{{ if eq .Status "firing" }} ({{ .Alerts.Firing | len }}){{ end }}: {{ .CommonLabels.alertname }}';
/** Title and all summaries. Alerts of different parameters have no common one, and PagerDuty rejects an empty text. */
const oneLine = `${title}{{ range .Alerts }}; {{ .Annotations.summary }}{{ end }}`;
/** Text with summary, description and runbook link of each alert. */
const text =
  "{{ range .Alerts }}{{ .Annotations.summary }}\n{{ .Annotations.description }}\n{{ .Annotations.runbook_url }}\n{{ end }}";

export function receiverOf(receiver: ReceiverSettings, { mail }: AlertingSettings): Receiver {
  const { name, slack, pagerDuty, email, webhook } = receiver;
  return {
    name,
    ...(slack && {
      slack_configs: [{ ...resolved, api_url: slack.url, channel: slack.channel, title, text }],
    }),
    ...(pagerDuty && {
      pagerduty_configs: [
        {
          ...resolved,
          routing_key: pagerDuty.routingKey,
          description: oneLine,
          severity: "{{ if .CommonLabels.severity }}{{ .CommonLabels.severity }}{{ else }}error{{ end }}",
        },
      ],
    }),
    ...(email &&
      mail && {
        email_configs: [
          {
            ...resolved,
            to: email.to,
            from: mail.from,
            smarthost: mail.server,
            ...(mail.username !== undefined && { auth_username: mail.username }),
            ...(mail.password !== undefined && { auth_password: mail.password }),
          },
        ],
      }),
    ...(webhook && { webhook_configs: [{ ...resolved, url: webhook.url }] }),
  };
}
