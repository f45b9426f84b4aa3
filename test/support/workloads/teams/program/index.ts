/** Teams as stack 2 makes them, without the rest, which needs nodes. */
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { defaultKubernetesVersion } from "../../../../../infra/versions";
import { checkTeams, Teams } from "../../../../../workloads/access/teams";
import { adoption } from "../../../../../workloads/adoption";
import { namespace, parseSettings } from "../../../../../workloads/config";

export = async (): Promise<void> => {
  const given = new pulumi.Config("perigee-teams");
  const { teams } = parseSettings({ teams: given.requireObject("teams") });
  const kubeconfig = given.requireSecret("kubeconfig");
  await checkTeams(namespace, teams, kubeconfig);
  if (teams.length === 0) return;
  const provider = new kubernetes.Provider("cluster", {
    kubeconfig,
    enableServerSideApply: true,
    upsertExistingObjects: true,
    enablePatchForce: true,
    clusterIdentifier: "orbit",
  });
  new Teams(
    "teams",
    {
      ...{ teams, kubernetesVersion: defaultKubernetesVersion, guests: () => [] },
      adoption: adoption(kubeconfig),
    },
    { providers: [provider] },
  );
};
