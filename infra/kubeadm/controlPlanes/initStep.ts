/** The step `init` of a control plane: it begins the cluster, joins it, or takes another version and changed settings. */
import * as pulumi from "@pulumi/pulumi";
import type { Machine } from "../../machines";
import { auditPolicy } from "../auditPolicy";
import { authenticationInputs } from "../authentication";
import type { KubeadmClusterArgs } from "../clusterArgs";
import { controlPlaneDocuments } from "../documents";
import { labelTexts } from "../labels";
import { diskGiB, filesOf, lines, placeOf, providerId } from "../machineInputs";
import { topologyLabels } from "../placeLabels";
import type { RemoteSteps } from "../remoteSteps";

export type StepInputs = Readonly<Record<string, pulumi.Input<string>>>;

/** A step that a control plane has run: its resource, and the CA certificate that it printed. */
export interface InitStep extends pulumi.Resource {
  readonly stdout: pulumi.Output<string>;
}

/** @param inputs those of one of several control planes */
export function initStep(
  steps: RemoteSteps,
  args: KubeadmClusterArgs,
  machine: Machine,
  step: {
    readonly name: string;
    readonly inputs?: StepInputs;
    readonly after: readonly pulumi.Resource[];
  },
): InitStep {
  const { network, kubernetesVersion, bucket, acting, keys, updates, backup } = args;
  return steps.run(step.name, {
    machine,
    script: "init",
    limitSeconds: 3600 + args.drainTimeoutSeconds,
    output: "value",
    inputs: {
      KUBERNETES_VERSION: kubernetesVersion,
      API_NAME: network.apiName,
      PRIVATE_IP: machine.instance.privateIp,
      PROVIDER_ID: providerId(machine),
      LABELS: placeOf(machine).apply(labelTexts).apply(lines),
      AUDIT_POLICY: auditPolicy,
      ...authenticationInputs(args.access.oidc),
      KUBEADM_CONFIG: documents(args, machine),
      SECRETS_KEY: String(keys.secrets),
      DISK_GIB: diskGiB(machine),
      MACHINE_FILES: filesOf(machine),
      REMOVED_APIS: updates.removedApis,
      BACKUPS: backup.enabled ? "yes" : "",
      DRAIN_TIMEOUT: String(args.drainTimeoutSeconds),
      ...(machine.name === acting ? restoreInputs(args) : {}), // the others join it
      ...step.inputs,
    },
    after: [...(bucket?.permission ?? []), ...step.after],
  });
}

/** The kubeadm documents of a machine, of which the cluster's part is the same for all. */
function documents(args: KubeadmClusterArgs, machine: Machine): pulumi.Output<string> {
  const { network, clusterName, kubernetesVersion, podCidr, serviceCidr } = args;
  const { privateIp, availabilityZone } = machine.instance;
  return pulumi
    .all([privateIp, machine.publicIp, availabilityZone, network.balancer?.dnsName])
    .apply(([privateAddress, publicAddress, zone, balancerName]) =>
      controlPlaneDocuments({
        nodeName: machine.name,
        privateIp: privateAddress,
        publicIp: publicAddress,
        clusterName,
        apiName: network.apiName,
        kubernetesVersion,
        podCidr: podCidr.text,
        serviceCidr: serviceCidr.text,
        labels: topologyLabels(zone),
        balancerName,
        hasIdentityProvider: args.access.oidc !== undefined,
      }),
    );
}

/** Where the data comes from; nothing where no restore is asked for: without a need no machine gets the identity. */
function restoreInputs({ clusterName, bucket, restore }: KubeadmClusterArgs): StepInputs {
  const wanted = restore.from === undefined ? undefined : bucket;
  return {
    CLUSTER_NAME: clusterName,
    // `nothing`: an `up` that did not end may have left a machine without the data that it was to begin with.
    RESTORE_FROM:
      wanted === undefined ? (restore.unfinished === true ? "nothing" : "") : (restore.from ?? ""),
    BUCKET_HOST: wanted?.host ?? "",
    BUCKET_REGION: wanted?.region ?? "",
    BUCKET_OWNER: wanted?.owner ?? "",
    BACKUP_IDENTITY: wanted?.age.apply(({ identity }) => identity) ?? "",
  };
}
