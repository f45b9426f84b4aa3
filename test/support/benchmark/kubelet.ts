/** Sections 4.2 and 4.3 of the benchmark: how kubelet and kube-proxy run, on every node. */
import { strongCiphers, type ValueCheck } from "./check";

const at = (...paths: readonly string[]) => paths.map((path) => ({ kubelet: path }));

const doors: readonly ValueCheck[] = [
  {
    id: "4.2.1",
    title: "nobody without a name",
    values: at("authentication.anonymous.enabled"),
    rule: { is: "false" },
  },
  {
    id: "4.2.2",
    title: "the API server says who may",
    values: at("authorization.mode"),
    rule: { is: "Webhook" },
  },
  {
    id: "4.2.3",
    title: "clients are known by the cluster's authority",
    values: at("authentication.x509.clientCAFile"),
    rule: { is: "/etc/kubernetes/pki/ca.crt" },
  },
  {
    id: "4.2.4",
    title: "no port for everybody to read",
    values: at("readOnlyPort"),
    rule: { is: "0" },
    orAbsent: true,
  },
  {
    id: "4.2.5",
    title: "idle streams end",
    values: at("streamingConnectionIdleTimeout"),
    rule: { matches: /(?!0s)[1-9].*/ },
    orAbsent: true,
  },
  {
    id: "4.2.6",
    title: "the kernel's tables are kept",
    values: at("makeIPTablesUtilChains"),
    rule: { is: "true" },
    orAbsent: true,
  },
  {
    id: "4.2.7",
    title: "a node has its machine's name",
    values: [{ kubeletArgument: "hostname-override" }],
    rule: { given: false },
  },
  {
    id: "4.2.8",
    title: "events are written",
    values: at("eventRecordQPS"),
    rule: { atLeast: 0 },
    orAbsent: true,
  },
];

const certificates: readonly ValueCheck[] = [
  {
    id: "4.2.9",
    title: "a certificate is given by file",
    values: at("tlsCertFile", "tlsPrivateKeyFile"),
    rule: { given: true },
  },
  {
    id: "4.2.10",
    title: "the client certificate is renewed",
    values: at("rotateCertificates"),
    rule: { is: "true" },
  },
  {
    id: "4.2.11",
    title: "the serving certificate is renewed",
    values: at("featureGates.RotateKubeletServerCertificate"),
    rule: { isNot: "false" },
    orAbsent: true,
  },
  {
    id: "4.2.12",
    title: "ciphers are strong",
    values: at("tlsCipherSuites"),
    rule: { within: strongCiphers },
  },
];

const bounds: readonly ValueCheck[] = [
  {
    id: "4.2.13",
    title: "a pod has so many processes at most",
    values: at("podPidsLimit"),
    rule: { atLeast: 1 },
  },
  {
    id: "4.2.14",
    title: "pods may call of the kernel what a runtime allows",
    values: at("seccompDefault"),
    rule: { is: "true" },
  },
  {
    id: "4.3.1",
    title: "kube-proxy's metrics answer this machine only",
    values: [{ proxy: "metricsBindAddress" }],
    rule: { matches: /127\.0\.0\.1(:\d+)?/ },
    orAbsent: true,
  },
];

export const kubelet: readonly ValueCheck[] = [...doors, ...certificates, ...bounds];
