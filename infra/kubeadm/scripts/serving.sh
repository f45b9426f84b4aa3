#!/usr/bin/env bash
# Part of the steps that wait for a node: its kubelet has a serving certificate, which the control plane approves by itself
# (certificates/approve.sh). Without one, a node is Ready and nobody can read the logs of its pods.
# Inputs: NODE_NAME READY_TIMEOUT

wait_for_serving_certificate() {
  if wait_for "${READY_TIMEOUT:?}" "the serving certificate of $NODE_NAME's kubelet" has_serving_certificate; then return; fi
  node_diagnosis
  fail "the kubelet of ${NODE_NAME:?} got no serving certificate; on the control plane 'journalctl -u perigee-approver' says why"
}

has_serving_certificate() { openssl x509 -noout -checkend 0 -in /var/lib/kubelet/pki/kubelet-server-current.pem; }

