/** Section 1.2 of the benchmark: how the API server is started. */
import { strongCiphers, type ValueCheck } from "./check";

const pod = "kube-apiserver";
const pki = "/etc/kubernetes/pki";
const argument = (...names: readonly string[]) => names.map((name) => ({ pod, argument: name }) as const);
const plugins = argument("enable-admission-plugins");
const plugin = (name: string): Pick<ValueCheck, "values" | "rule"> => ({
  values: plugins,
  rule: { has: name },
});
/** Of those that are on by themselves. */
const stillOn = (name: string): Pick<ValueCheck, "values" | "rule" | "orAbsent"> => ({
  values: argument("disable-admission-plugins"),
  rule: { lacks: name },
  orAbsent: true,
});
const modes = argument("authorization-mode");

const access: readonly ValueCheck[] = [
  {
    id: "1.2.1",
    title: "nobody without a name",
    values: argument("anonymous-auth"),
    rule: { is: "false" },
  },
  {
    id: "1.2.2",
    title: "no tokens in a file",
    values: argument("token-auth-file"),
    rule: { given: false },
  },
  { id: "1.2.3", title: "no Service takes addresses from outside", ...plugin("DenyServiceExternalIPs") },
  {
    id: "1.2.4",
    title: "kubelets are shown a certificate",
    values: argument("kubelet-client-certificate", "kubelet-client-key"),
    rule: { matches: /\/etc\/kubernetes\/pki\/apiserver-kubelet-client\.(crt|key)/ },
  },
  {
    id: "1.2.5",
    title: "kubelets are verified by the cluster's authority",
    values: argument("kubelet-certificate-authority"),
    rule: { is: `${pki}/ca.crt` },
  },
  { id: "1.2.6", title: "not everything is allowed", values: modes, rule: { lacks: "AlwaysAllow" } },
  { id: "1.2.7", title: "a kubelet reads what is on its node", values: modes, rule: { has: "Node" } },
  { id: "1.2.8", title: "roles say who may do what", values: modes, rule: { has: "RBAC" } },
];

const admission: readonly ValueCheck[] = [
  { id: "1.2.9", title: "events are limited", ...plugin("EventRateLimit") },
  {
    id: "1.2.10",
    title: "not everything is admitted",
    values: plugins,
    rule: { lacks: "AlwaysAdmit" },
    orAbsent: true,
  },
  { id: "1.2.11", title: "each pod has its image pulled", ...plugin("AlwaysPullImages") },
  { id: "1.2.12", title: "pods have ServiceAccounts", ...stillOn("ServiceAccount") },
  {
    id: "1.2.13",
    title: "nothing is made in a namespace that is not there",
    ...stillOn("NamespaceLifecycle"),
  },
  {
    id: "1.2.14",
    title: "a kubelet changes its own Node and its pods only",
    ...plugin("NodeRestriction"),
  },
];

const traces: readonly ValueCheck[] = [
  { id: "1.2.15", title: "no profiles are served", values: argument("profiling"), rule: { is: "false" } },
  {
    id: "1.2.16",
    title: "an audit log is written",
    values: argument("audit-log-path"),
    rule: { is: "/var/log/kubernetes/audit.log" },
  },
  {
    id: "1.2.17",
    title: "the audit log of a month is kept",
    values: argument("audit-log-maxage"),
    rule: { atLeast: 30 },
  },
  {
    id: "1.2.18",
    title: "ten files of the audit log are kept",
    values: argument("audit-log-maxbackup"),
    rule: { atLeast: 10 },
  },
  {
    id: "1.2.19",
    title: "a file of the audit log may have 100 MB",
    values: argument("audit-log-maxsize"),
    rule: { atLeast: 100 },
  },
];

const keys: readonly ValueCheck[] = [
  {
    id: "1.2.21",
    title: "a deleted ServiceAccount's token is good for nothing",
    values: argument("service-account-lookup"),
    rule: { is: "true" },
    orAbsent: true,
  },
  {
    id: "1.2.22",
    title: "tokens are verified by a key of their own",
    values: argument("service-account-key-file"),
    rule: { is: `${pki}/sa.pub` },
  },
  {
    id: "1.2.23",
    title: "etcd is shown a certificate",
    values: argument("etcd-certfile", "etcd-keyfile"),
    rule: { matches: /\/etc\/kubernetes\/pki\/apiserver-etcd-client\.(crt|key)/ },
  },
  {
    id: "1.2.24",
    title: "the API is served by TLS",
    values: argument("tls-cert-file", "tls-private-key-file"),
    rule: { matches: /\/etc\/kubernetes\/pki\/apiserver\.(crt|key)/ },
  },
  {
    id: "1.2.25",
    title: "clients are known by the cluster's authority",
    values: argument("client-ca-file"),
    rule: { is: `${pki}/ca.crt` },
  },
  {
    id: "1.2.26",
    title: "etcd is verified by its own authority",
    values: argument("etcd-cafile"),
    rule: { is: `${pki}/etcd/ca.crt` },
  },
  {
    id: "1.2.27",
    title: "what etcd keeps may be encrypted",
    values: argument("encryption-provider-config"),
    rule: { is: "/etc/kubernetes/perigee/encryption.yaml" },
  },
  {
    id: "1.2.28",
    title: "Secrets are written encrypted",
    values: [{ encryption: "providers" }],
    rule: { within: ["secretbox", "kms", "aescbc"] },
  },
  {
    id: "1.2.29",
    title: "ciphers are strong",
    values: argument("tls-cipher-suites"),
    rule: { within: strongCiphers },
  },
  {
    id: "1.2.30",
    title: "a pod's token ends after its hour",
    values: argument("service-account-extend-token-expiration"),
    rule: { is: "false" },
  },
];

export const apiServer: readonly ValueCheck[] = [...access, ...admission, ...traces, ...keys];
