/** Settings of metrics-server. */
import { trueOrFalse } from "../../../settings/kinds";
import { strictObject } from "../../../settings/load";
import { chart, testedCharts } from "../../settings/chart";

export const metricsServer = strictObject({
  enabled: trueOrFalse
    .default(true)
    .describe(
      "Install metrics-server. `false` where the cluster has something else that serves `metrics.k8s.io`.",
    ),
  chart: chart(testedCharts.metricsServer)
    .prefault({})
    .describe(
      `The metrics-server chart. It runs ${testedCharts.metricsServer.release}, whatever its version.`,
    ),
});
