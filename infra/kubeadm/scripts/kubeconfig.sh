#!/usr/bin/env bash
# Prints the cluster administrator's kubeconfig. Its output is a secret: never logged. Inputs: NODE_NAME.

cat /etc/kubernetes/admin.conf
