/** What the benchmark's checks know of a node: read by one script on it, and taken apart here. */
import { parse } from "yaml";

export const staticPods = ["kube-apiserver", "kube-controller-manager", "kube-scheduler", "etcd"] as const;

interface FileFacts {
  readonly mode: number;
  /** `root:root` */
  readonly owner: string;
}

export interface NodeFacts {
  /** Files and folders by path. */
  readonly files: ReadonlyMap<string, FileFacts>;
  /** Arguments by the static pod's name, without dashes; of one that is given without a value it is `true`. */
  readonly pods: ReadonlyMap<string, ReadonlyMap<string, string>>;
  readonly kubeletArguments: ReadonlyMap<string, string>;
  /** Configuration that the kubelet says it runs with. */
  readonly kubelet: unknown;
  readonly proxy: unknown;
  /** Configuration of the API server's encryption; undefined on a worker. */
  readonly encryption: unknown;
}

/** Prints files, the static pods' manifests, the kubelet's command line and the encryption's kinds of providers; no key. */
export const readingScript = [
  "shopt -s nullglob",
  "files=(/etc/kubernetes /etc/cni/net.d /var/lib/cni/networks /var/lib/kubelet/*config* /var/lib/etcd",
  "  $(dpkg-query --listfiles kubelet kubeadm 2>/dev/null | grep -E '/systemd/system/kubelet\\.service(\\.d/.*)?$'))",
  "find ${files[@]} -exec stat -c 'file %a %U:%G %n' {} +",
  "for pod in /etc/kubernetes/manifests/*.yaml; do",
  '  name=${pod##*/}; sed -n "s/^ *- --/argument ${name%.yaml} /p" "$pod"',
  "done",
  "tr '\\0' '\\n' </proc/$(pidof kubelet)/cmdline | sed -n 's/^--/argument kubelet /p'",
  "sed -En 's/^ *- (secretbox|aescbc|aesgcm|aescfb|kms|identity):.*/provider \\1/p' /etc/kubernetes/perigee/encryption.yaml 2>/dev/null",
  "true",
].join("\n");

/**
 * @param said what the script printed
 * @param configz what the kubelet's /configz says
 * @param proxyConfig kube-proxy's configuration, as its ConfigMap has it
 */
export function factsOf(said: string, configz: string, proxyConfig: string): NodeFacts {
  const lines = said.split("\n").map((line) => line.trim().split(" "));
  const args = new Map<string, Map<string, string>>();
  for (const [, program = "", ...words] of lines.filter(([kind]) => kind === "argument")) {
    const [, name = "", , value = "true"] = /^([^=]+)(=(.*))?$/.exec(words.join(" ")) ?? [];
    args.set(program, (args.get(program) ?? new Map<string, string>()).set(name, value));
  }
  const providers = lines.filter(([kind]) => kind === "provider").map(([, name]) => name);
  return {
    files: new Map(
      lines
        .filter(([kind]) => kind === "file")
        .map(([, mode = "", owner = "", ...path]) => [path.join(" "), { mode: parseInt(mode, 8), owner }]),
    ),
    pods: new Map(staticPods.map((pod) => [pod, args.get(pod) ?? new Map<string, string>()])),
    kubeletArguments: args.get("kubelet") ?? new Map<string, string>(),
    kubelet: (JSON.parse(configz) as { kubeletconfig: unknown }).kubeletconfig,
    proxy: parse(proxyConfig) as unknown,
    encryption: { providers: providers.slice(0, 1) },
  };
}
