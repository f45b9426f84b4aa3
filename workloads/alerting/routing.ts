/** The routing tree as a value: which alert reaches whom, when, and together with what. */
import type { AlertmanagerConfig, Route } from "./alertmanagerConfig";
import { inhibitions } from "./inhibition";
import { receiverOf } from "./receivers";
import { type AlertingSettings, deadMansSwitch, nobody, type RouteSettings } from "./settings";

/**
 * Alertmanager's configuration from the settings.
 *
 * Severity is among the labels that group, so that red is told at once and not with the next news of a group that
 * yellow has opened.
 */
export function routing(settings: AlertingSettings): AlertmanagerConfig {
  const { groupWaitSeconds, groupIntervalSeconds, repeatHours, watchdogUrl } = settings;
  return {
    global: { resolve_timeout: "5m" },
    route: {
      receiver: settings.defaultReceiver ?? nobody,
      group_by: ["alertname", "severity", "spacecraft", "subsystem", "namespace"],
      group_wait: `${groupWaitSeconds}s`,
      group_interval: `${groupIntervalSeconds}s`,
      repeat_interval: `${repeatHours}h`,
      routes: [watchdog(watchdogUrl), infoInhibitor, ...settings.routes.map(routeOf)],
    },
    inhibit_rules: inhibitions.map(({ source_matchers, target_matchers, equal }) => ({
      source_matchers,
      target_matchers,
      ...(equal && { equal }),
    })),
    receivers: [
      { name: nobody },
      ...(watchdogUrl === undefined
        ? []
        : [{ name: deadMansSwitch, webhook_configs: [{ url: watchdogUrl, send_resolved: false }] }]),
      ...settings.receivers.map((receiver) => receiverOf(receiver, settings)),
    ],
  };
}

/** Fires always: when it stops arriving, something between Prometheus and the receiver is broken. */
function watchdog(url: string | undefined): Route {
  return {
    matchers: ["alertname = Watchdog"],
    receiver: url === undefined ? nobody : deadMansSwitch,
    group_wait: "0s",
    group_interval: "30s",
    // Sent at every second interval: at the first it is still younger than this, at the second older.
    repeat_interval: "50s",
  };
}

/** Exists to inhibit, not to be read. */
const infoInhibitor: Route = { matchers: ["alertname = InfoInhibitor"], receiver: nobody };

function routeOf({ team, severity, receiver }: RouteSettings): Route {
  const matchers = [
    ...(team === undefined ? [] : [`team = ${team}`]),
    ...(severity === undefined ? [] : [`severity = ${severity}`]),
  ];
  return { ...(matchers.length > 0 && { matchers }), receiver };
}
