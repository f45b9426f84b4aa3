/** Alert about nodes on which nothing follows what NetworkPolicies say. */
import { seriesOf } from "../../../telemetry/rules";
import type { PlatformAlertSpec } from "../alert";
import { policyEngineNames } from "./names";

const { engine, namespace } = policyEngineNames;
const ofObjects = seriesOf("kube-state-metrics");
const selector = `namespace="${namespace}",daemonset="${engine}"`;
const wanted = ofObjects("kube_daemonset_status_desired_number_scheduled", selector);
/** Where somebody has deleted the DaemonSet its series are gone, and its rules: then it is every node. */
const everyNode = `count(max by (node) (${ofObjects("kube_node_info")})) unless on () ${wanted}`;
const ready = ofObjects("kube_daemonset_status_number_ready", selector);

export const networkPolicyAlerts: readonly PlatformAlertSpec[] = [
  {
    alert: "NetworkPoliciesNotEnforced",
    expr: `max(${wanted}) - max(${ready}) > 0 or (${everyNode})`,
    forSeconds: 600,
    severity: "warning",
    summary: "NetworkPolicies are not followed on some nodes",
    description:
      'On {{ $value | printf "%.0f" }} nodes (limit 0) nothing follows changes of NetworkPolicies and pods: a pod that starts there is open to everybody, or shut to those who may reach it.',
  },
];
