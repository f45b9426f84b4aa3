/** Sections 1.3, 1.4, 2 and 3.2 of the benchmark: how controller-manager, scheduler and etcd are started, and the audit policy. */
import type { StaticPod, ValueCheck } from "./check";

const argumentOf = (pod: StaticPod) => (name: string) => ({ pod, argument: name }) as const;
const manager = argumentOf("kube-controller-manager");
const scheduler = argumentOf("kube-scheduler");
const etcd = argumentOf("etcd");
const here = { is: "127.0.0.1" };

const others: readonly ValueCheck[] = [
  {
    id: "1.3.1",
    title: "pods that ended are removed from a number on",
    values: [manager("terminated-pod-gc-threshold")],
    rule: { atLeast: 1 },
  },
  {
    id: "1.3.2",
    title: "the controller-manager serves no profiles",
    values: [manager("profiling")],
    rule: { is: "false" },
  },
  {
    id: "1.3.3",
    title: "each controller has a ServiceAccount of its own",
    values: [manager("use-service-account-credentials")],
    rule: { is: "true" },
  },
  {
    id: "1.3.4",
    title: "tokens are signed by a key of their own",
    values: [manager("service-account-private-key-file")],
    rule: { is: "/etc/kubernetes/pki/sa.key" },
  },
  {
    id: "1.3.5",
    title: "pods get the authority by which they verify the API",
    values: [manager("root-ca-file")],
    rule: { is: "/etc/kubernetes/pki/ca.crt" },
  },
  {
    id: "1.3.6",
    title: "the controller-manager leaves the renewal of kubelets' serving certificates on",
    values: [manager("feature-gates")],
    rule: { lacks: "RotateKubeletServerCertificate=false" },
    orAbsent: true,
  },
  {
    id: "1.3.7",
    title: "the controller-manager answers this machine only",
    values: [manager("bind-address")],
    rule: here,
    orAbsent: true,
  },
  {
    id: "1.4.1",
    title: "the scheduler serves no profiles",
    values: [scheduler("profiling")],
    rule: { is: "false" },
  },
  {
    id: "1.4.2",
    title: "the scheduler answers this machine only",
    values: [scheduler("bind-address")],
    rule: here,
    orAbsent: true,
  },
];

const store: readonly ValueCheck[] = [
  {
    id: "2.1",
    title: "etcd serves by TLS",
    values: [etcd("cert-file"), etcd("key-file")],
    rule: { matches: /\/etc\/kubernetes\/pki\/etcd\/server\.(crt|key)/ },
  },
  {
    id: "2.2",
    title: "etcd's clients show a certificate",
    values: [etcd("client-cert-auth")],
    rule: { is: "true" },
  },
  {
    id: "2.3",
    title: "etcd makes no certificate by itself",
    values: [etcd("auto-tls")],
    rule: { is: "false" },
    orAbsent: true,
  },
  {
    id: "2.4",
    title: "etcd's members talk by TLS",
    values: [etcd("peer-cert-file"), etcd("peer-key-file")],
    rule: { matches: /\/etc\/kubernetes\/pki\/etcd\/peer\.(crt|key)/ },
  },
  {
    id: "2.5",
    title: "etcd's members show each other a certificate",
    values: [etcd("peer-client-cert-auth")],
    rule: { is: "true" },
  },
  {
    id: "2.6",
    title: "etcd makes no certificate for members by itself",
    values: [etcd("peer-auto-tls")],
    rule: { is: "false" },
    orAbsent: true,
  },
  {
    id: "2.7",
    title: "etcd has an authority of its own",
    values: [etcd("trusted-ca-file"), etcd("peer-trusted-ca-file")],
    rule: { is: "/etc/kubernetes/pki/etcd/ca.crt" },
  },
];

const audit: readonly ValueCheck[] = [
  {
    id: "3.2.1",
    title: "a policy says what is in the audit log",
    values: [{ pod: "kube-apiserver", argument: "audit-policy-file" }],
    rule: { is: "/etc/kubernetes/perigee/audit-policy.yaml" },
  },
];

export const controlPlane: readonly ValueCheck[] = [...others, ...store, ...audit];
