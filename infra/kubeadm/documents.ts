/**
 * Configuration of kubeadm (kubeadm.k8s.io/v1beta4), kubelet and kube-proxy: typed values, rendered as YAML. Golden files in
 * test/golden/.
 */
import { toYaml } from "../yaml";
import { labelTexts, type Taint, taintTexts } from "./labels";
import type { Labels } from "./placeLabels";

/** Extra argument of v1beta4: a list entry, so that an argument may be repeated. */
interface ExtraArg {
  readonly name: string;
  readonly value: string;
}

interface NodeRegistration {
  readonly name: string;
  readonly criSocket: string;
  readonly taints: readonly { key: string; value?: string; effect: string }[];
  readonly kubeletExtraArgs: readonly ExtraArg[];
  readonly imagePullPolicy: "IfNotPresent";
}

export interface ControlPlaneDocumentArgs {
  readonly nodeName: string;
  readonly privateIp: string;
  readonly publicIp: string;
  readonly clusterName: string;
  /** Stable DNS name of the API server, in its certificate from the start. */
  readonly apiName: string;
  readonly kubernetesVersion: string;
  readonly podCidr: string;
  readonly serviceCidr: string;
  /** Labels that stay as long as the machine does: a kubelet sets those of a place anew at each start. */
  readonly labels: Labels;
  /** Name of the balancer before several control planes; without it there is one control plane. */
  readonly balancerName?: string | undefined;
  /** True where an identity provider vouches for people: see authentication.ts. */
  readonly hasIdentityProvider?: boolean;
}

type JoinDocumentArgs = Pick<ControlPlaneDocumentArgs, "nodeName" | "privateIp" | "labels">;

export interface WorkerDocumentArgs {
  readonly nodeName: string;
  readonly privateIp: string;
  readonly labels: Labels;
  readonly taints: readonly Taint[];
}

const apiVersion = "kubeadm.k8s.io/v1beta4";
const criSocket = "unix:///run/containerd/containerd.sock";
/** Patch directory: prepare.sh and the steps write node-specific values there (cgroup driver, provider id). */
const patches = { directory: "/etc/perigee/patches" };
const privateFolder = "/etc/kubernetes/perigee";
const auditFolder = "/var/log/kubernetes";

/**
 * An API server that is told to end says so by /readyz, and serves on for this long: the balancer, which asks every 5 seconds
 * and believes the second refusal, sends nothing more by then. A static pod has 30 seconds in all, so 15 are left for what is
 * asked already. One alone has the same, so that no API server restarts when others join it.
 */
const shutdownDelay = "15s";

/** Of TLS 1.2: Go would take CBC too, last. Those of 1.3 are all as good, and nobody chooses among them. */
const cipherSuites = ["ECDSA", "RSA"].flatMap((key) =>
  ["128_GCM_SHA256", "256_GCM_SHA384"].map((cipher) => `TLS_ECDHE_${key}_WITH_AES_${cipher}`),
);
const tls = { "tls-min-version": "VersionTLS12", "tls-cipher-suites": cipherSuites.join(",") };

const extraArgs = (args: Readonly<Record<string, string>>): ExtraArg[] =>
  Object.entries(args).map(([name, value]) => ({ name, value }));

/** Configuration of kubeadm for the first control plane, as one multi-document YAML. */
export function controlPlaneDocuments(args: ControlPlaneDocumentArgs): string {
  return yaml([
    initConfiguration(args),
    clusterConfiguration(args),
    kubeletConfiguration,
    kubeProxyConfiguration,
  ]);
}

/** Configuration of `kubeadm join` on a worker. The credentials are in the file that `discovery` names. */
export function workerDocument(args: WorkerDocumentArgs): string {
  return yaml([
    {
      apiVersion,
      kind: "JoinConfiguration",
      nodeRegistration: nodeRegistration(
        args.nodeName,
        args.taints.map(({ key, value, effect }) => ({ key, ...(value === "" ? {} : { value }), effect })),
        registrationArgs(args),
      ),
      discovery: { file: { kubeConfigPath: "/etc/perigee/join/discovery.conf" } },
      patches,
    },
  ]);
}

/**
 * Configuration of `kubeadm join` on a further control plane. The cluster's part comes from the cluster: all control planes
 * have the same. Why the file, and no token: docs/adr/0002.
 */
export function joinDocument(args: JoinDocumentArgs): string {
  return yaml([
    {
      apiVersion,
      kind: "JoinConfiguration",
      nodeRegistration: controlPlaneRegistration(args),
      discovery: { file: { kubeConfigPath: "/etc/perigee/join/discovery.conf" } },
      controlPlane: { localAPIEndpoint: { advertiseAddress: args.privateIp, bindPort: 6443 } },
      patches,
    },
  ]);
}

/** Arguments with which a worker's kubelet registers its Node, as kubeadm writes them at the join. */
export function kubeletArgs(args: WorkerDocumentArgs): string {
  const taints = taintTexts(args.taints);
  return Object.entries({
    ...registrationArgs(args),
    ...(taints.length === 0 ? {} : { "register-with-taints": taints.join(",") }),
  })
    .map(([name, value]) => `--${name}=${value}`)
    .join(" ");
}

const registrationArgs = ({ privateIp, labels }: WorkerDocumentArgs): Record<string, string> => ({
  "node-ip": privateIp,
  "node-labels": labelTexts(labels).join(","),
});

function initConfiguration(args: ControlPlaneDocumentArgs): object {
  return {
    apiVersion,
    kind: "InitConfiguration",
    nodeRegistration: controlPlaneRegistration(args),
    localAPIEndpoint: { advertiseAddress: args.privateIp, bindPort: 6443 },
    patches,
  };
}

function controlPlaneRegistration({ nodeName, privateIp, labels }: JoinDocumentArgs): NodeRegistration {
  return nodeRegistration(
    nodeName,
    [{ key: "node-role.kubernetes.io/control-plane", effect: "NoSchedule" }],
    {
      "node-ip": privateIp,
      "node-labels": labelTexts(labels).join(","),
    },
  );
}

function nodeRegistration(
  name: string,
  taints: NodeRegistration["taints"],
  kubeletArgs: Readonly<Record<string, string>>,
): NodeRegistration {
  return {
    name,
    criSocket,
    taints,
    kubeletExtraArgs: extraArgs(kubeletArgs),
    imagePullPolicy: "IfNotPresent",
  };
}

function clusterConfiguration(args: ControlPlaneDocumentArgs): object {
  // Prometheus scrapes these from other nodes; the security groups admit only nodes (trafficRules.ts). docs/security.md, 1.3.7.
  const everyAddress = { "bind-address": "0.0.0.0", profiling: "false", ...tls };
  return {
    apiVersion,
    kind: "ClusterConfiguration",
    clusterName: args.clusterName,
    kubernetesVersion: `v${args.kubernetesVersion}`,
    controlPlaneEndpoint: `${args.apiName}:6443`,
    networking: { podSubnet: args.podCidr, serviceSubnet: args.serviceCidr, dnsDomain: "cluster.local" },
    apiServer: {
      // kubeadm adds the machine's own private address; of several, none has anything else of its own here.
      certSANs:
        args.balancerName === undefined
          ? [args.apiName, args.privateIp, args.publicIp]
          : [args.apiName, args.balancerName],
      extraArgs: extraArgs({
        profiling: "false",
        ...tls,
        "shutdown-delay-duration": shutdownDelay,
        // `kubectl logs` and `exec` verify the kubelet that they reach.
        "kubelet-certificate-authority": "/etc/kubernetes/pki/ca.crt",
        "encryption-provider-config": `${privateFolder}/encryption.yaml`,
        ...(args.hasIdentityProvider && {
          "authentication-config": `${privateFolder}/authentication.yaml`,
        }),
        "audit-policy-file": `${privateFolder}/audit-policy.yaml`,
        "audit-log-path": `${auditFolder}/audit.log`,
        // Days, files, MiB: at most 1.1 GiB of disk.
        "audit-log-maxage": "30",
        "audit-log-maxbackup": "10",
        "audit-log-maxsize": "100",
        // A pod's token is good for the hour that it says, and not for a year.
        "service-account-extend-token-expiration": "false",
      }),
      extraVolumes: [hostFolder("perigee", privateFolder, true), hostFolder("audit-log", auditFolder, false)],
    },
    controllerManager: { extraArgs: extraArgs(everyAddress) },
    scheduler: { extraArgs: extraArgs(everyAddress) },
    etcd: {
      local: {
        extraArgs: extraArgs({
          // The liveness probe asks the URL's own host; the kernel takes 0.0.0.0 for this machine.
          "listen-metrics-urls": "http://0.0.0.0:2381",
          "tls-min-version": "TLS1.2",
        }),
      },
    },
  };
}

const hostFolder = (name: string, path: string, readOnly: boolean): object => ({
  name,
  hostPath: path,
  mountPath: path,
  readOnly,
  pathType: "DirectoryOrCreate",
});

const kubeletConfiguration = {
  apiVersion: "kubelet.config.k8s.io/v1beta1",
  kind: "KubeletConfiguration",
  readOnlyPort: 0,
  rotateCertificates: true,
  // Signed by the cluster's CA, so that a scrape can verify it: certificates/approve.sh says which.
  serverTLSBootstrap: true,
  seccompDefault: true,
  tlsMinVersion: "VersionTLS12",
  tlsCipherSuites: cipherSuites,
  // The kubelet updates mounted Secrets and ConfigMaps within 10 s instead of a minute, so that changes of
  // dashboards, rules and the dictionary take effect soon.
  syncFrequency: "10s",
  // Graceful termination of pods when a machine is stopped or AWS interrupts a Spot instance. Ubuntu's logind limits
  // shutdown delays to 30 s (set by unattended-upgrades); a kubelet that requests more gets no delay at all.
  shutdownGracePeriod: "30s",
  shutdownGracePeriodCriticalPods: "10s",
};

const kubeProxyConfiguration = {
  apiVersion: "kubeproxy.config.k8s.io/v1alpha1",
  kind: "KubeProxyConfiguration",
  mode: "nftables",
  metricsBindAddress: "0.0.0.0:10249",
  // Keep the kernel's default table size: it suits these machines, and a container may not change it.
  conntrack: { maxPerCore: 0, min: 0 },
};

/** Configuration of every kubelet: in the control plane's documents, and a reason for workers to take it again. */
export const kubeletDocument: string = yaml([kubeletConfiguration]);

function yaml(documents: readonly object[]): string {
  return documents.map(toYaml).join("---\n");
}
