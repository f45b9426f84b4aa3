/**
 * What RBAC cannot say about a team's namespaces: limits of what may be in an object, as ValidatingAdmissionPolicies.
 * They are for administrators too, who may change what is Perigee's, and in namespaces with the label of a team only.
 */
import { nodePorts, type PublishedNodePort } from "../../../contract/outputs";
import { stackLabel } from "../../../contract/stackLabel";
import { loggingNames } from "../../logging/names";
import { priorityBeginning } from "../../pods";
import { telemetryNames } from "../../telemetry/names";
import { gatewayNames } from "../gateway/names";
import { teamLabel } from "./names";

/** What people have bookmarked, also while nothing of Perigee's is there. */
const ownNodePorts = [
  ...Object.values<PublishedNodePort>(nodePorts).map(({ port }) => port),
  ...[loggingNames.pageNodePort, telemetryNames.tcpNodePort],
  ...[gatewayNames.httpsNodePort, gatewayNames.httpNodePort],
].sort((one, other) => one - other);

export interface Guard {
  readonly name: string;
  readonly apiGroup: string;
  readonly resources: readonly string[];
  readonly operations: readonly ("CREATE" | "UPDATE" | "DELETE")[];
  /** Objects with these labels only. */
  readonly labels?: Readonly<Record<string, string>>;
  /** CEL: requests that the guard is not asked about. */
  readonly except?: string;
  /** CEL: what must hold, with what is said when it does not. */
  readonly rules: readonly { readonly holds: string; readonly otherwise: string }[];
}

/** Hours that a token of a team's ServiceAccount is good for at most. */
const tokenHours = 24;

/** CEL: no endpoint of a ServiceMonitor names a file of Prometheus' own pod, which it would send to whom it scrapes. */
const noFiles =
  "object.spec.endpoints.all(e, !has(e.bearerTokenFile) && (!has(e.tlsConfig) || " +
  "!has(e.tlsConfig.caFile) && !has(e.tlsConfig.certFile) && !has(e.tlsConfig.keyFile)))";

/** Monitors look for targets in their own namespace only. */
const ownNamespace: Guard["rules"][number] = {
  holds:
    "!has(object.spec.namespaceSelector) || " +
    "(!has(object.spec.namespaceSelector.any) || !object.spec.namespaceSelector.any) && " +
    "(!has(object.spec.namespaceSelector.matchNames) || " +
    "object.spec.namespaceSelector.matchNames.all(n, n == request.namespace))",
  otherwise: "a team's monitor scrapes pods of its own namespace",
};

export const guards: readonly Guard[] = [
  {
    name: "tokens",
    apiGroup: "",
    resources: ["serviceaccounts/token"],
    operations: ["CREATE"],
    // Kubelets ask for pods, whose tokens end with them.
    except: "'system:nodes' in request.userInfo.groups",
    rules: [
      {
        holds: `!has(object.spec.expirationSeconds) || object.spec.expirationSeconds <= ${tokenHours * 3600}`,
        otherwise: `a token of a team's ServiceAccount is good for ${tokenHours} hours at most`,
      },
    ],
  },
  {
    name: "token-secrets",
    apiGroup: "",
    resources: ["secrets"],
    operations: ["CREATE", "UPDATE"],
    rules: [
      {
        holds: "!has(object.type) || object.type != 'kubernetes.io/service-account-token'",
        otherwise: "no token without an end: kubectl create token makes one of hours",
      },
    ],
  },
  {
    name: "own-objects",
    apiGroup: "",
    resources: ["serviceaccounts"],
    operations: ["UPDATE", "DELETE"],
    labels: stackLabel,
    rules: [mayDeleteQuota()],
  },
  {
    name: "own-policies",
    apiGroup: "networking.k8s.io",
    resources: ["networkpolicies"],
    operations: ["UPDATE", "DELETE"],
    labels: stackLabel,
    rules: [mayDeleteQuota()],
  },
  {
    name: "services",
    apiGroup: "",
    resources: ["services"],
    operations: ["CREATE", "UPDATE"],
    rules: [
      {
        // Every node would send what goes to these addresses to the team's pods (CVE-2020-8554).
        holds: "!has(object.spec.externalIPs) || object.spec.externalIPs.size() == 0",
        otherwise: "a team's Service takes no externalIPs",
      },
      {
        // The gateway reaches what a team may not, and would be led there by a team's route.
        holds: "!has(object.spec.type) || object.spec.type != 'ExternalName'",
        otherwise: "a team's Service is no ExternalName: it would lead others where the team may not go",
      },
      {
        holds: `!has(object.spec.ports) || object.spec.ports.all(p, !has(p.nodePort) || !(p.nodePort in [${ownNodePorts.join(", ")}]))`,
        otherwise: `node ports ${ownNodePorts.join(", ")} are Perigee's own`,
      },
    ],
  },
  {
    name: "pods",
    apiGroup: "",
    resources: ["pods"],
    operations: ["CREATE"],
    rules: [
      {
        holds:
          "!has(object.spec.priorityClassName) || " +
          `!['system-', '${priorityBeginning}'].exists(b, object.spec.priorityClassName.startsWith(b))`,
        otherwise: `priority classes that begin with system- or ${priorityBeginning} are the cluster's: pods of others would make room for a team's`,
      },
    ],
  },
  {
    name: "service-monitors",
    apiGroup: "monitoring.coreos.com",
    resources: ["servicemonitors"],
    operations: ["CREATE", "UPDATE"],
    rules: [
      {
        holds: noFiles,
        otherwise: "a team's monitor may name no file of Prometheus' pod: its own token is one of them",
      },
      ownNamespace,
    ],
  },
  {
    name: "pod-monitors",
    apiGroup: "monitoring.coreos.com",
    resources: ["podmonitors"],
    operations: ["CREATE", "UPDATE"],
    rules: [ownNamespace],
  },
];

/**
 * Who may delete a namespace's quota, may change what else Perigee put there: administrators, and the controllers that
 * clear a namespace away.
 */
function mayDeleteQuota(): Guard["rules"][number] {
  return {
    holds:
      "authorizer.group('').resource('resourcequotas').namespace(request.namespace).check('delete').allowed()",
    otherwise: "it is Perigee's: the setting `teams` changes it",
  };
}

export const guardName = (guard: string): string => `perigee-team-${guard}`;

/** `spec` of the guard's ValidatingAdmissionPolicy. */
export function policySpec({ apiGroup, resources, operations, labels, except, rules }: Guard) {
  return {
    failurePolicy: "Fail",
    matchConstraints: {
      matchPolicy: "Equivalent",
      namespaceSelector: { matchExpressions: [{ key: teamLabel, operator: "Exists" }] },
      objectSelector: { ...(labels && { matchLabels: { ...labels } }) },
      resourceRules: [
        {
          apiGroups: [apiGroup],
          apiVersions: ["*"],
          resources: [...resources],
          operations: [...operations],
          scope: "Namespaced",
        },
      ],
    },
    ...(except !== undefined && { matchConditions: [{ name: "asked", expression: `!(${except})` }] }),
    validations: rules.map(({ holds, otherwise }) => ({ expression: holds, message: otherwise })),
  };
}
