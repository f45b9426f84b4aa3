/** The settable values of kube-prometheus-stack. */
import { join } from "node:path";
import { unknownPathsOf } from "../valuesList";

/** The paths of these values that the chart does not know, or knows as something else. */
export const unknownPaths = unknownPathsOf({
  file: join(__dirname, "kube-prometheus-stack-88.5.3-values.tsv"),
  withoutDefault: {
    "alertmanager.alertmanagerSpec.configSecret": "templates/alertmanager/alertmanager.yaml",
    "grafana.priorityClassName": "charts/grafana/templates/_pod.tpl",
    "grafana.service.nodePort": "charts/grafana/templates/service.yaml",
    "kube-state-metrics.priorityClassName": "charts/kube-state-metrics/templates/deployment.yaml",
    "prometheus-node-exporter.priorityClassName": "charts/prometheus-node-exporter/templates/daemonset.yaml",
    "prometheusOperator.priorityClassName": "templates/prometheus-operator/deployment.yaml",
  },
  freeForm: ["grafana.grafana.ini", "defaultRules.disabled"],
});
