/**
 * The roles' specification: what view, deploy and edit may do with each resource in a namespace of their team. All else,
 * everywhere else, is refused. Written by hand; the roles, the API server and docs/teams.md are each compared with it.
 */

export const roles = ["view", "deploy", "edit"] as const;
export type Role = (typeof roles)[number];

/** Verbs that are asked for each resource, and for those of a right to more. */
const verbs = ["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"];
const raising: Readonly<Record<string, readonly string[]>> = {
  users: ["impersonate"],
  groups: ["impersonate"],
  serviceaccounts: ["impersonate"],
  roles: ["bind", "escalate"],
  clusterroles: ["bind", "escalate"],
};

export const verbsOf = ({ resource }: Pick<Row, "resource">): readonly string[] => [
  ...verbs,
  ...(raising[resource] ?? []),
];

/** What stands in the table. */
const shorthand: Readonly<Record<string, readonly string[]>> = {
  "-": [],
  get: ["get"],
  measure: ["get", "list"],
  read: ["get", "list", "watch"],
  keep: ["get", "list", "watch", "create", "update", "patch"],
  write: ["get", "list", "watch", "create", "update", "patch", "delete"],
  change: ["get", "update", "patch"],
  stream: ["get", "create"],
  create: ["create"],
};

const table = `
  group                         resource                           view     deploy   edit
  core                          pods                               read     write    write
  core                          pods/log                           get      get      get
  core                          pods/exec                          -        -        stream
  core                          pods/attach                        -        -        stream
  core                          pods/portforward                   -        -        stream
  core                          pods/proxy                         -        -        -
  core                          pods/ephemeralcontainers           -        -        change
  core                          pods/eviction                      -        -        create
  core                          pods/binding                       -        -        -
  core                          pods/status                        -        -        -
  core                          services                           read     write    write
  core                          services/proxy                     -        -        -
  core                          services/status                    -        -        -
  core                          configmaps                         read     write    write
  core                          secrets                            -        -        write
  core                          serviceaccounts                    read     write    write
  core                          serviceaccounts/token:pipeline     -        -        create
  core                          serviceaccounts/token:other        -        -        -
  core                          persistentvolumeclaims             read     keep     write
  core                          events                             read     read     read
  core                          endpoints                          read     read     read
  core                          resourcequotas                     read     read     read
  core                          limitranges                        read     read     read
  core                          replicationcontrollers             -        -        -
  core                          podtemplates                       -        -        -
  core                          bindings                           -        -        -
  core                          namespaces                         get      get      get
  core                          namespaces/finalize                -        -        -
  core                          nodes                              -        -        -
  core                          nodes/proxy                        -        -        -
  core                          persistentvolumes                  -        -        -
  core                          users                              -        -        -
  core                          groups                             -        -        -
  apps                          deployments                        read     write    write
  apps                          deployments/scale                  get      change   change
  apps                          deployments/status                 -        -        -
  apps                          statefulsets                       read     write    write
  apps                          statefulsets/scale                 get      change   change
  apps                          daemonsets                         read     write    write
  apps                          replicasets                        read     read     read
  apps                          replicasets/scale                  -        -        -
  apps                          controllerrevisions                read     read     read
  batch                         jobs                               read     write    write
  batch                         cronjobs                           read     write    write
  autoscaling                   horizontalpodautoscalers           read     write    write
  policy                        poddisruptionbudgets               read     write    write
  networking.k8s.io             ingresses                          read     write    write
  networking.k8s.io             networkpolicies                    read     read     write
  networking.k8s.io             ingressclasses                     -        -        -
  gateway.networking.k8s.io     httproutes                         read     write    write
  gateway.networking.k8s.io     grpcroutes                         read     write    write
  gateway.networking.k8s.io     gateways                           -        -        -
  gateway.networking.k8s.io     referencegrants                    -        -        -
  discovery.k8s.io              endpointslices                     read     read     read
  events.k8s.io                 events                             read     read     read
  metrics.k8s.io                pods                               measure  measure  measure
  metrics.k8s.io                nodes                              -        -        -
  monitoring.coreos.com         servicemonitors                    read     write    write
  monitoring.coreos.com         podmonitors                        read     write    write
  monitoring.coreos.com         prometheusrules                    read     write    write
  monitoring.coreos.com         probes                             -        -        -
  monitoring.coreos.com         scrapeconfigs                      -        -        -
  monitoring.coreos.com         prometheuses                       -        -        -
  monitoring.coreos.com         alertmanagers                      -        -        -
  monitoring.coreos.com         alertmanagerconfigs                -        -        -
  rbac.authorization.k8s.io     roles                              -        -        -
  rbac.authorization.k8s.io     rolebindings                       -        -        -
  rbac.authorization.k8s.io     clusterroles                       -        -        -
  rbac.authorization.k8s.io     clusterrolebindings                -        -        -
  coordination.k8s.io           leases                             -        -        -
  storage.k8s.io                storageclasses                     -        -        -
  scheduling.k8s.io             priorityclasses                    -        -        -
  certificates.k8s.io           certificatesigningrequests         -        -        -
  apiextensions.k8s.io          customresourcedefinitions          -        -        -
  admissionregistration.k8s.io  validatingadmissionpolicies        -        -        -
  admissionregistration.k8s.io  validatingadmissionpolicybindings  -        -        -
  admissionregistration.k8s.io  mutatingwebhookconfigurations      -        -        -
`;

export interface Row {
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  /** Only the object of this name. */
  readonly name?: string;
  readonly verbs: Readonly<Record<Role, readonly string[]>>;
}

export const specification: readonly Row[] = table
  .trim()
  .split("\n")
  .slice(1)
  .map((line) => {
    const [group = "", path = "", ...cells] = line.trim().split(/\s+/);
    const [, resource = "", subresource, name] = /^([^/:]+)(?:\/([^:]+))?(?::(.+))?$/.exec(path) ?? [];
    const allowed = roles.map((role, place) => {
      const found = shorthand[cells[place] ?? ""];
      if (found === undefined || cells.length !== roles.length) throw new Error(`not a row: ${line}`);
      return [role, found] as const;
    });
    return {
      group: group === "core" ? "" : group,
      resource,
      ...(subresource !== undefined && { subresource }),
      ...(name !== undefined && { name }),
      verbs: Object.fromEntries(allowed) as Row["verbs"],
    };
  });
