/** Check of the cluster before anything is changed: what is on it that the settings of the teams do not fit. */
import type * as pulumi from "@pulumi/pulumi";
import { type SettingProblem, SettingsError } from "../../../settings/load";
import { handOver, isOwn, knownValue } from "../../adoption";
import { type ClusterApi, clusterApi } from "../../adoption/clusterApi";
import { teamNames } from "./names";
import { quantityValue } from "./quantity";
import { memoryLimitGiB, quotaKeys, type QuotaSetting } from "./quota";
import { namespacesOf, type TeamSettings } from "./settings";

type Asked = Pick<ClusterApi, "namespaceLabels" | "quotaUsed">;

/**
 * Asks the cluster for what the teams' namespaces are and use. Without teams nothing is asked.
 * @param kubeconfig secret
 * @throws SettingsError with every problem, before any resource is registered
 */
export async function checkTeams(
  stack: string,
  teams: readonly TeamSettings[],
  kubeconfig: pulumi.Output<string>,
): Promise<void> {
  if (teams.length === 0) return;
  const problems = await clusterProblems(await clusterApi(await knownValue(kubeconfig)), teams);
  if (problems.length > 0) throw new SettingsError(stack, problems);
}

/** Namespaces that are somebody else's, and quotas that are below what is used. */
export async function clusterProblems(
  api: Asked,
  teams: readonly TeamSettings[],
): Promise<readonly SettingProblem[]> {
  const asked = teams.flatMap((team, index) =>
    namespacesOf(team).map(async (namespace, place) => {
      const setting = `teams[${index}]`;
      const labels = await api.namespaceLabels(namespace);
      if (labels === undefined) return [];
      if (!isOwn(labels)) {
        const path = team.namespaces === undefined ? "name" : `namespaces[${place}]`;
        const problem = `a namespace of that name is on the cluster and is not Perigee's: take another, or hand it over: ${handOver(namespace)}`;
        return [{ setting: `${setting}.${path}`, given: namespace, problem }];
      }
      const used = await api.quotaUsed({ namespace, name: teamNames.quota });
      return quotaProblems(team.quota, namespace, used ?? {}).map((problem) => ({
        ...problem,
        setting: `${setting}.quota.${problem.setting}`,
      }));
    }),
  );
  return (await Promise.all(asked)).flat();
}

const gibibyte = 2 ** 30;

/** Units of the quota's settings, in Kubernetes' own, and what is counted. */
const counted: Readonly<Record<QuotaSetting, { readonly unit: number; readonly what: string }>> = {
  cpu: { unit: 1, what: "cores are requested" },
  memoryGiB: { unit: gibibyte, what: "GiB of memory are requested" },
  memoryLimitGiB: { unit: gibibyte, what: "GiB are the memory limits" },
  pods: { unit: 1, what: "pods are there" },
  volumes: { unit: 1, what: "PersistentVolumeClaims are there" },
  storageGiB: { unit: gibibyte, what: "GiB of volumes are requested" },
  nodePorts: { unit: 1, what: "node ports are taken" },
};

/**
 * Settings of the quota that are below what the namespace uses.
 * @param used `status.used` of the quota that is there; what it does not count is not compared
 */
export function quotaProblems(
  quota: TeamSettings["quota"],
  namespace: string,
  used: Readonly<Record<string, string>>,
): SettingProblem[] {
  const wanted = { ...quota, memoryLimitGiB: memoryLimitGiB(quota) };
  return (Object.keys(quotaKeys) as QuotaSetting[]).flatMap((setting) => {
    const { unit, what } = counted[setting];
    const now = quantityValue(used[quotaKeys[setting]] ?? "0") / unit;
    // A setting is rounded to thousandths of a core and to MiB.
    if (now - wanted[setting] <= 1 / 1024) return [];
    const problem = `${rounded(now)} ${what} in the namespace ${namespace} now: at least that, or make it less there first`;
    return [{ setting, given: wanted[setting], problem }];
  });
}

/** At most three decimals, rounded up: the number that is named is one that may be set. */
const rounded = (value: number): number => Math.ceil(Number((value * 1000).toFixed(6))) / 1000;
