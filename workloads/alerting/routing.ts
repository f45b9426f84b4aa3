/** Routing tree as a value: receiver, timing and grouping of each alert. */
import type { AlertmanagerConfig, Route } from "./alertmanagerConfig";
import { inhibitions } from "./inhibition";
import { receiverOf } from "./receivers";
import { type AlertingSettings, deadMansSwitch, nobody, type RouteSettings } from "./settings";

/**
 * Alertmanager's configuration from the settings.
 *
 * `group_by` contains severity, so that a red alert notifies at once and does not wait for the group interval of a
 * yellow one.
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

/** Route of the Watchdog alert, which always fires: when it stops arriving, the path to the receiver is broken. */
function watchdog(url: string | undefined): Route {
  return {
    matchers: ["alertname = Watchdog"],
    receiver: url === undefined ? nobody : deadMansSwitch,
    group_wait: "0s",
    group_interval: "30s",
    // Sent at every second group interval: the last notification is younger than this at the first one.
    repeat_interval: "50s",
  };
}

/** Route of InfoInhibitor, an alert that only inhibits others and notifies nobody. */
const infoInhibitor: Route = { matchers: ["alertname = InfoInhibitor"], receiver: nobody };

function routeOf({ team, severity, receiver }: RouteSettings): Route {
  const matchers = [
    ...(team === undefined ? [] : [`team = ${team}`]),
    ...(severity === undefined ? [] : [`severity = ${severity}`]),
  ];
  return { ...(matchers.length > 0 && { matchers }), receiver };
}
