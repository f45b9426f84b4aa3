/** Cluster and releases for a provider's settings. */
import type { Cluster } from "./cluster";
import { Helm } from "./helm";
import { LiveCluster } from "./liveCluster";
import type { ProviderConfig } from "./providerConfig";
import { ClusterRecord, RecordedCluster } from "./recordedCluster";
import { RecordedReleases } from "./recordedReleases";
import type { Releases } from "./releases";
import type { KubernetesProviderSettings } from "./settings";

export interface Connection {
  readonly cluster: Cluster;
  readonly releases: Releases;
}

/** @throws Error when the kubeconfig is unusable */
export type Connect = (config: ProviderConfig) => Connection;

export function connections(settings: KubernetesProviderSettings): Connect {
  if (settings.cluster === "none") {
    const record = new ClusterRecord(settings.stateFolder);
    return () => ({
      cluster: new RecordedCluster(record),
      releases: new RecordedReleases(record, settings.stateFolder, settings.helmMs),
    });
  }
  return ({ kubeconfig, context }) => {
    if (kubeconfig === undefined) throw new Error("the provider's kubeconfig is not known yet");
    const { unreachableMs } = settings;
    return {
      cluster: new LiveCluster({ kubeconfig, context, unreachableMs }),
      releases: new Helm({ kubeconfig, context, settings }),
    };
  };
}
