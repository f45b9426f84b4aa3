/** Settings of alert notifications: receivers, routes and timing. */
import { z } from "zod";
import { matching, oneOf, url, whole } from "../../settings/kinds";
import { type SettingProblem, strictObject } from "../../settings/load";
import { destination } from "./destination";
import { email, mail, mailChecks } from "./mail";
import { team } from "./team";

const severity = oneOf(["critical", "warning", "info"]);
const receiverName = matching(/^[a-z][a-z0-9-]{0,39}$/, "a name: a-z, 0-9 and -, at most 40 characters");

const receiver = strictObject({
  name: receiverName.describe("Name that routes use."),
  slack: strictObject({
    url: destination.describe("Secret. URL of the incoming webhook."),
    // No braces: Alertmanager reads them as a template.
    channel: matching(/^[#@][^\s{}\p{C}]+$/u, "a channel such as #flight").describe(
      "`#channel` or `@person`.",
    ),
  })
    .optional()
    .describe("A Slack channel, by an incoming webhook."),
  pagerDuty: strictObject({
    routingKey: matching(/^[\w-]{16,64}$/, "an Events API v2 integration key").describe(
      "Secret. Integration key of the Events API v2.",
    ),
    region: oneOf(["us", "eu"])
      .default("us")
      .describe("Region of the PagerDuty account. A key of one region is unknown in the other."),
  })
    .optional()
    .describe("A PagerDuty service."),
  email: email.optional().describe("E-mail, by the server of `mail`."),
  webhook: strictObject({
    url: destination.describe("Secret. URL that Alertmanager's JSON is sent to."),
  })
    .optional()
    .describe("Any HTTP endpoint that takes Alertmanager's JSON."),
});

const route = strictObject({
  team: team.optional().describe("Value of the label `team`. Default: any."),
  severity: severity.optional().describe("Value of the label `severity`. Default: any."),
  receiver: receiverName.describe("Name of a receiver."),
});

export const alerting = strictObject({
  receivers: z
    .array(receiver)
    .default([])
    .describe("Named receivers: Slack, PagerDuty, e-mail, webhook, or several of them at once.")
    .meta({
      example: [
        { name: "flight", slack: { url: "https://hooks.slack.com/services/T0/B0/key", channel: "#flight" } },
      ],
    }),
  routes: z
    .array(route)
    .default([])
    .describe("Routes from alerts to receivers; the first that matches is used.")
    .meta({ example: [{ team: "flight-control", severity: "critical", receiver: "flight" }] }),
  defaultReceiver: receiverName
    .optional()
    .describe(
      "Receiver for alerts that match no route. Required once you define receivers; use `nobody` to notify no one.",
    ),
  mail: mail
    .optional()
    .describe("SMTP server. Required for receivers with `email`.")
    .meta({ example: { server: "smtp.example.org:587", from: "alerts@example.org" } }),
  watchdogUrl: destination
    .optional()
    .describe("Secret. URL of a dead man's switch, called every minute while alerting works end to end."),
  groupWaitSeconds: whole(0, 600)
    .default(10)
    .describe("Seconds that a new alert waits for others of its group before it is sent."),
  groupIntervalSeconds: whole(1, 3600)
    .default(60)
    .describe("Seconds between two notifications of a group that has changed."),
  repeatHours: whole(1, 168)
    .default(4)
    .describe("Hours after which an alert that still fires is sent again."),
  runbookBaseUrl: url
    .optional()
    .describe(
      "URL prefix of `<AlertName>.md` in the alerts' links. Default: the pages' path in the repository.",
    ),
});

export type AlertingSettings = z.output<typeof alerting>;
export type ReceiverSettings = AlertingSettings["receivers"][number];
export type RouteSettings = AlertingSettings["routes"][number];

const under = "monitoring.alerting";
/** Receiver that notifies nobody. */
export const nobody = "nobody";
export const deadMansSwitch = "dead-mans-switch";
/** Names of the receivers that the routing itself defines. */
const ownReceivers = [nobody, deadMansSwitch] as const;

/** Problems across receivers and routes. */
export function alertingChecks(settings: AlertingSettings): SettingProblem[] {
  const names = settings.receivers.map(({ name }) => name);
  const unknown = (setting: string, name: string): SettingProblem[] =>
    names.includes(name)
      ? []
      : [
          {
            setting,
            given: name,
            problem: `there is no such receiver (there are: ${names.join(", ") || "none"})`,
          },
        ];
  return [
    ...settings.receivers.flatMap((each, index) =>
      receiverChecks(each, index, names, settings.mail !== undefined),
    ),
    ...mailChecks(settings.mail, `${under}.mail`),
    ...settings.routes.flatMap((each, index) => unknown(`${under}.routes[${index}].receiver`, each.receiver)),
    ...(settings.defaultReceiver === undefined || settings.defaultReceiver === nobody
      ? []
      : unknown(`${under}.defaultReceiver`, settings.defaultReceiver)),
    ...settings.routes.flatMap((each, index) => hiddenRoute(each, index, settings.routes)),
    ...alertsForNobody(settings),
  ];
}

/** Problems of coverage: a receiver that never gets an alert, or an alert that matches no route. */
function alertsForNobody({ receivers, routes, defaultReceiver }: AlertingSettings): SettingProblem[] {
  const used = new Set([defaultReceiver, ...routes.map(({ receiver }) => receiver)]);
  const idle = receivers.flatMap(({ name }, index) =>
    used.has(name)
      ? []
      : [
          {
            setting: `${under}.receivers[${index}]`,
            given: name,
            problem: "never gets an alert: no route names it, and it is not the defaultReceiver",
          },
        ],
  );
  const takesAll = routes.some(({ team, severity }) => team === undefined && severity === undefined);
  if (receivers.length === 0 || defaultReceiver !== undefined || takesAll) return idle;
  const problem =
    "is needed, for alerts that no route fits (the cluster's have no team): a receiver's name, or `nobody`";
  return [...idle, { setting: `${under}.defaultReceiver`, given: undefined, problem }];
}

function receiverChecks(
  receiver: ReceiverSettings,
  index: number,
  names: readonly string[],
  hasMail: boolean,
): SettingProblem[] {
  const setting = `${under}.receivers[${index}]`;
  const { name } = receiver;
  const problems: SettingProblem[] = [];
  if (names.indexOf(name) !== index) {
    problems.push({
      setting: `${setting}.name`,
      given: name,
      problem: "another receiver has that name already",
    });
  }
  if ((ownReceivers as readonly string[]).includes(name)) {
    problems.push({
      setting: `${setting}.name`,
      given: name,
      problem: "is a name that the routing uses itself",
    });
  }
  if (!receiver.slack && !receiver.pagerDuty && !receiver.email && !receiver.webhook) {
    problems.push({
      setting,
      given: name,
      problem: "reaches nobody: give it slack, pagerDuty, email or webhook",
    });
  }
  if (receiver.email && !hasMail) {
    problems.push({
      setting: `${setting}.email`,
      given: [receiver.email.to].flat().join(", "),
      problem: `needs ${under}.mail (server, from)`,
    });
  }
  return problems;
}

/** Problem of a route after a wider one: it would never get an alert. */
function hiddenRoute(
  route: RouteSettings,
  index: number,
  routes: readonly RouteSettings[],
): SettingProblem[] {
  const wider = routes
    .slice(0, index)
    .findIndex(
      (other) =>
        (other.team === undefined || other.team === route.team) &&
        (other.severity === undefined || other.severity === route.severity),
    );
  if (wider < 0) return [];
  const given = [route.team ?? "any team", route.severity ?? "any severity"].join(", ");
  return [
    {
      setting: `${under}.routes[${index}]`,
      given,
      problem: `never gets an alert: routes[${wider}] before it takes all of them`,
    },
  ];
}
