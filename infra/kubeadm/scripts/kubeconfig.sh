#!/usr/bin/env bash
# Prints the cluster administrator's kubeconfig, with a certificate that lasts. Its output is a secret: never logged.
# Inputs: NODE_NAME. Safe to run again.

if [ -x /opt/perigee/certificates.sh ]; then /opt/perigee/certificates.sh renew-admin >&2; fi
cat /etc/kubernetes/admin.conf
