/** Input MACHINE_FILES of the steps of a node. */

/** Lines of these files, by path, as the scripts take them. */
export function machineFileLines(files: Readonly<Record<string, string>>): string {
  return Object.entries(files)
    .map(([path, content]) => {
      const mode = path.endsWith(".sh") ? "0755" : "0644";
      return `${mode} ${path} ${Buffer.from(content).toString("base64")}`;
    })
    .join("\n");
}

/** What a machine of this version of Kubernetes has, with a stand-in that says how it was called. */
export const filesOfVersion = (version: string): Record<string, string> => ({
  "/opt/perigee/prepare.sh": '#!/bin/bash\necho "prepare $*"\n',
  "/etc/perigee/machine.env": `KUBERNETES_VERSION='${version}'\n`,
  "/etc/perigee/images": `registry.k8s.io/kube-proxy:v${version}\n`,
});
