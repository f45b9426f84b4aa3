/** Alerts that the store is asked for: errors in logs, and what the audit log has of people. */
import { alertRule, type AlertSpec, defaultRuleSettings, type RuleGroup } from "../../telemetry/rules";
import type { LogSettings } from "./settings";

const minutes = 5;

/** Requests of one address that the API server refuses within five minutes. */
const mostRefused = 30;

/** Users that are no people: Kubernetes' own components and pods. */
const people = `user:* !user:="system:anonymous" !user:~"^system:(node|serviceaccount|apiserver|kube-)"`;

/** Parts of Kubernetes that are refused some hundred times while the API server of a new cluster makes their roles. */
const beginners = ["system:kube-scheduler", "system:kube-controller-manager"];

/** User of the kubeconfig that stack 1 gives, with which Pulumi and Helm read their own Secrets. */
const administrator = "kubernetes-admin";

export interface LogRuleArgs extends Pick<LogSettings, "errorsPerFiveMinutes"> {
  readonly runbookBaseUrl: string | undefined;
}

/** File of rules as vmalert reads it. */
export interface LogRuleFile {
  readonly groups: readonly (RuleGroup & { readonly type: "vlogs"; readonly interval: string })[];
}

/** Group of rules in the format of Prometheus, with expressions of LogsQL. */
export function logRules({ runbookBaseUrl, errorsPerFiveMinutes }: LogRuleArgs): LogRuleFile {
  const settings = { runbookBaseUrl: runbookBaseUrl ?? defaultRuleSettings.runbookBaseUrl };
  const common = { team: "ground-segment", subsystem: "logs", forSeconds: 0 } as const;
  const specs: AlertSpec[] = [
    {
      ...common,
      ...{ alert: "ContainerLogsErrors", severity: "warning" },
      expr: counted(
        `source:="pod" level:in("error","critical")`,
        ["namespace", "container"],
        errorsPerFiveMinutes,
      ),
      summary: "{{ $labels.namespace }}/{{ $labels.container }} logs many errors",
      description: `The container {{ $labels.container }} in {{ $labels.namespace }} has logged {{ $value | printf "%.0f" }} errors in ${minutes} minutes (limit ${errorsPerFiveMinutes}).`,
    },
    {
      ...common,
      ...{ alert: "SecretRead", severity: "warning" },
      expr: counted(
        `source:="audit" resource:="secrets" verb:in("get","list","watch") code:="200" ${people} !user:="${administrator}"`,
        ["user", "objectNamespace"],
        0,
      ),
      summary: "{{ $labels.user }} reads Secrets",
      description: `{{ $labels.user }} has read Secrets of {{ or $labels.objectNamespace "all namespaces" }} {{ $value | printf "%.0f" }} times in ${minutes} minutes (limit 0).`,
    },
    {
      ...common,
      ...{ alert: "CommandInPod", severity: "info" },
      expr: counted(
        `source:="audit" resource:="pods" code:in("101","200","201") ${people} ` +
          // A session is told of when it begins, a container that is added when it is.
          `((subresource:in("exec","attach","portforward") stage:="ResponseStarted") or subresource:="ephemeralcontainers")`,
        ["user", "objectNamespace", "name"],
        0,
      ),
      summary: "{{ $labels.user }} is in a pod",
      description: `{{ $labels.user }} has run commands in, or connected to, {{ $labels.objectNamespace }}/{{ $labels.name }} {{ $value | printf "%.0f" }} times in ${minutes} minutes (limit 0).`,
    },
    {
      ...common,
      ...{ alert: "ApiRequestsRefused", severity: "warning" },
      expr: counted(
        `source:="audit" code:in("401","403") !user:in(${beginners.map((user) => JSON.stringify(user)).join(",")})`,
        ["user", "address"],
        mostRefused,
      ),
      summary: "The API server refuses many requests of {{ $labels.address }}",
      description: `{{ or $labels.user "Somebody without a login" }} at {{ $labels.address }} was refused {{ $value | printf "%.0f" }} times in ${minutes} minutes (limit ${mostRefused}).`,
    },
  ];
  const rules = specs.map((spec) => alertRule(spec, settings));
  return { groups: [{ name: "logs", type: "vlogs", interval: "1m", rules }] };
}

/** Records of the last minutes by some of their fields, where there are more than so many. */
function counted(filter: string, by: readonly string[], most: number): string {
  return `_time:${minutes}m ${filter} | stats by (${by.join(", ")}) count() as records | filter records:>${most}`;
}
