/** Stand-in for the ConfigMap of machines (infra/kubeadm/scripts/told.sh), as cases of a kubectl: a file for each key. */

const folder = "/var/machines";

/** Where a test finds what the cluster was told of a node. */
export const toldOf = (node: string, kind: "address" | "label" | "taint"): string =>
  `${folder}/${node}.${kind}`;

export const toldMachines = `
  "apply "*"--field-manager perigee-ground-"*)
    mkdir -p ${folder}
    while IFS= read -r line; do
      case "$line" in
        "    "*) if [ "$line" != "    " ]; then printf '%s\\n' "\${line#    }" >>"$file"; fi ;;
        "  "*": |") file=\${line%: |}; file=${folder}/\${file#  }; : >"$file" ;;
      esac
    done ;;
  *"get configmap perigee-machines "*)
    key=$(sed 's/.*{\\.data\\.\\([^}]*\\)}.*/\\1/; s/\\\\//' <<<"$*"); cat "${folder}/$key" 2>/dev/null || true ;;
  *"patch configmap perigee-machines "*)
    for key in $(grep -o '"[^"]*": null' <<<"$*" | cut -d'"' -f2); do rm -f "${folder}/$key"; done ;;`;
