/** Inhibition rules: alerts that mute others, which would add no information. */
import type { InhibitRule } from "./alertmanagerConfig";

export interface Inhibition extends InhibitRule {
  readonly why: string;
}

/** Labels that two alerts of different severity about the same have in common. */
const sameSubject = ["alertname", "namespace", "spacecraft", "parameter", "instance", "certificate"] as const;

export const inhibitions: readonly Inhibition[] = [
  {
    why: "red hides yellow of the same parameter",
    source_matchers: ["alertname = BusParameterRed"],
    target_matchers: ["alertname = BusParameterYellow"],
    equal: ["spacecraft", "parameter"],
  },
  {
    why: "loss of signal hides what is not known without a signal",
    source_matchers: ["alertname = BusLossOfSignal"],
    target_matchers: ["alertname =~ BusPacketOverdue|BusSequenceGaps|BusParameterYellow|BusParameterRed"],
    equal: ["spacecraft"],
  },
  {
    why: "without the exporter nobody can tell whether there is a signal",
    source_matchers: ["alertname = TelemetryExporterDown"],
    target_matchers: ["alertname =~ BusLossOfSignal|BusPacketOverdue|TelemetryLimitsMissing"],
  },
  {
    // The chart's pod alerts have no node label, so all of them are muted while any node is down.
    why: "a node that is down hides the pods that it takes along",
    source_matchers: ["alertname =~ KubeNodeNotReady|KubeNodeUnreachable|NodeDown"],
    target_matchers: [
      "alertname =~ KubePod.*|KubeContainer.*|KubeDeployment.*|KubeStatefulSet.*|KubeDaemonSet.*|TargetDown",
      "severity =~ warning|info",
    ],
  },
  {
    why: "critical hides warning and info of the same alert",
    source_matchers: ["severity = critical"],
    target_matchers: ["severity =~ warning|info"],
    // Two alerts without a namespace have an equal namespace, so spacecraft and parameter are compared too:
    // battery red must not hide wheel yellow.
    equal: sameSubject,
  },
  {
    why: "warning hides info of the same alert",
    source_matchers: ["severity = warning"],
    target_matchers: ["severity = info"],
    equal: sameSubject,
  },
  {
    why: "info alerts count only beside others of their namespace (the chart's InfoInhibitor)",
    source_matchers: ["alertname = InfoInhibitor"],
    target_matchers: ["severity = info"],
    equal: ["namespace"],
  },
];
