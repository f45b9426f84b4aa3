/** Dashboard of the probes: what answers, with which status, how fast, and until when its certificate is good. */
import { frame } from "../../dashboards/frame";
import { thresholds, zones } from "../../dashboards/limits";
import { graph, stat, timeline, valueMap } from "../../dashboards/panels";
import { now, overTime } from "../../dashboards/queries";
import type { model } from "../../dashboards/sdk";
import { colours } from "../../dashboards/style";
import type { Dictionary } from "../../telemetry/dictionary";
import { ofProbe } from "./names";
import { probeLimits } from "./settings";

const legend = "{{probe}}";

/** @param dictionary whose passes and reboots are drawn */
export function probeDashboard(dictionary: Dictionary): model.DashboardBuilder {
  const board = frame(dictionary, {
    uid: "perigee-probes",
    title: "Probes",
    description: "Addresses that are asked again and again: what they answer, and how fast.",
    perSpacecraft: false,
  });
  for (const panel of [answers(), statuses(), seconds(), certificates()]) board.withPanel(panel);
  return board;
}

const answers = () =>
  timeline({
    key: "answers",
    title: "Answers",
    description: "Whether each address answered as expected.",
    unit: "none",
    height: 8,
    queries: [overTime(ofProbe("probe_success"), legend)],
  }).mappings([
    valueMap([
      [1, "right", colours.nominal],
      [0, "wrong or none", colours.red],
    ]),
  ]);

const statuses = () =>
  graph({
    key: "statuses",
    title: "HTTP status",
    description: "Status of the last answer, after redirects; 0: none came.",
    unit: "none",
    width: 12,
    queries: [overTime(ofProbe("probe_http_status_code"), legend)],
  });

const seconds = () =>
  graph({
    key: "seconds",
    title: "Time to answer",
    description: "From the question to the whole answer, the name's resolution included.",
    unit: "s",
    width: 12,
    queries: [overTime(ofProbe("probe_duration_seconds"), legend)],
  })
    .thresholds(
      thresholds([
        { value: null, color: "transparent" },
        { value: probeLimits.answerSeconds, color: colours.red },
      ]),
    )
    .thresholdsStyle(zones());

const certificates = () =>
  stat(
    {
      key: "certificates",
      title: "Certificates, days left",
      description: "Days that the first certificate of each chain to end is good for.",
      unit: "none",
      ...{ width: 24, height: 4 },
      queries: [now(`(${ofProbe("probe_ssl_earliest_cert_expiry")} - time()) / 86400`, legend)],
    },
    [
      { value: null, color: colours.red },
      { value: probeLimits.certificateDays, color: colours.nominal },
    ],
  );
