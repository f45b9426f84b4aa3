#!/usr/bin/env bash
# Part of the steps that join a machine to a cluster. Input: API_NAME

# write_discovery FOLDER AUTHORITY CERTIFICATE: what kubeadm finds the cluster by, and the certificate with which this machine
# was admitted; its key is in the folder.
write_discovery() {
  cat >"$1/discovery.conf" <<EOF
apiVersion: v1
kind: Config
current-context: join
contexts: [{name: join, context: {cluster: perigee, user: machine}}]
clusters:
  - name: perigee
    cluster:
      server: https://${API_NAME:?}:6443
      certificate-authority-data: $(printf '%s\n' "$2" | base64 -w0)
users:
  - name: machine
    user:
      client-certificate-data: $(printf '%s\n' "$3" | base64 -w0)
      client-key-data: $(base64 -w0 <"$1/kubelet.key")
EOF
}

