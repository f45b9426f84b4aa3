/** Stand-ins for an etcd of several members, on a machine of a script's run. */
import type { MachineRoot } from "../../../../support/infra/scriptRun";

export interface Member {
  readonly id: string;
  readonly name: string;
  readonly address: string;
  readonly learner?: boolean;
  /** Default: it answers. */
  readonly answers?: boolean;
}

export const member = (number: number, more: Partial<Member> = {}): Member => ({
  ...{ id: `a${number}`, name: `ground-control-plane-${number}`, address: `10.0.${number}.10` },
  ...more,
});

/** As `etcdctl member list --write-out simple` of 3.6 prints it. */
const line = ({ id, name, address, learner = false }: Member): string =>
  [
    ...[id, name === "" ? "unstarted" : "started", name, `https://${address}:2380`],
    ...[name === "" ? "" : `https://${address}:2379`, String(learner)],
  ].join(", ");

export function writeMembers(root: MachineRoot, members: readonly Member[]): void {
  root.write("/var/members", members.map((one) => `${line(one)}\n`).join(""));
  const silent = members.filter(({ answers }) => answers === false);
  root.write("/var/silent", silent.map(({ address }) => `https://${address}:2379\n`).join(""));
}

export const memberIds = (root: MachineRoot): string[] =>
  root
    .read("/var/members")
    .split("\n")
    .filter((text) => text !== "")
    .map((text) => text.split(",")[0] ?? "");

const etcdctl = `case "$*" in
    *"member list"*) cat /var/members ;;
    *"member remove "*) id=$(sed 's/.*member remove //' <<<"$*"); sed -i "/^$id,/d" /var/members ;;
    *"endpoint health"*)
      url=$(sed 's/.*--endpoints \\([^ ]*\\).*/\\1/' <<<"$*")
      if grep -qxF "$url" /var/silent || ! grep -qF "$url" /var/members; then exit 1; fi ;;
  esac`;

/** crictl of a machine on which a member runs, and ctr of one on which none does yet. */
export const etcdPrograms = {
  crictl: `if [ -e /var/no-quorum ]; then case "$*" in *member*) echo "context deadline exceeded" >&2; exit 1 ;; esac; fi
  case "$*" in *" ps "*) echo container ;; *) ${etcdctl} ;; esac`,
  // It reads all of its stdin, as a container's does.
  ctr: `said=$(cat)
  ${etcdctl}`,
};
