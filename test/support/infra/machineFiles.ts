/** Input MACHINE_FILES of the steps of a node. */
import type { MachineRoot } from "./scriptRun";

/** Lines of these files, by path, as the scripts take them. */
export function machineFileLines(files: Readonly<Record<string, string>>): string {
  return Object.entries(files)
    .map(([path, content]) => {
      const mode = path.endsWith(".sh") ? "0755" : "0644";
      return `${mode} ${path} ${Buffer.from(content).toString("base64")}`;
    })
    .join("\n");
}

/**
 * Stand-in for prepare.sh on this machine, which installs the kubelet that the machine's environment names and notes how it
 * was called. Its paths are this machine's: the content of a file is not moved below its root.
 */
export const installingPrepare = (root: MachineRoot): string => `#!/bin/bash
echo "prepare $1" | sed 's/ $//' >>${root.at("/var/order")}
[ -n "$1" ] || sed -n "s/KUBERNETES_VERSION='\\(.*\\)'/\\1/p" ${root.at("/etc/perigee/machine.env")} >${root.at("/var/kubelet")}
`;

/** What a machine of this version of Kubernetes has, with a stand-in that says how it was called. */
export const filesOfVersion = (version: string): Record<string, string> => ({
  "/opt/perigee/prepare.sh": '#!/bin/bash\necho "prepare $*"\n',
  "/etc/perigee/machine.env": `KUBERNETES_VERSION='${version}'\n`,
  "/etc/perigee/images": `registry.k8s.io/kube-proxy:v${version}\n`,
});
