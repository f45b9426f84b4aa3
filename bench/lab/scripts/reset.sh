# shellcheck shell=bash
# Takes a machine back to where it was when cloud-init had finished: packages, images and documents stay, everything
# that a cluster made goes. Run by ways.ts before each measurement, behind infra/kubeadm/scripts/step.sh.

reset_node
forget_pod_network
# What the steps of `pulumi up` remember; certificates of the former CA above all.
rm -rf /var/lib/perigee/initialised /var/lib/perigee/joined /var/lib/perigee/admitted /etc/perigee/join
# One of several control planes has its own address for the API's name; in place, for it may be a mount.
hosts=$(grep -v '# perigee: this control plane itself$' /etc/hosts)
printf '%s\n' "$hosts" >/etc/hosts
[ ! -e /etc/kubernetes/admin.conf ]
sync
