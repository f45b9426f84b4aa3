/** Releases that are only written down, in the record of a cluster that there is none of. */
import type { ClusterRecord } from "./recordedCluster";
import type { Release, ReleaseReference, ReleaseSpec, Releases } from "./releases";

export class RecordedReleases implements Releases {
  constructor(private readonly record: ClusterRecord) {}

  find(reference: ReleaseReference): Promise<Release | undefined> {
    return this.record.change(({ releases }) => releases[key(reference)]);
  }

  apply(spec: ReleaseSpec): Promise<Release> {
    return this.record.change(({ releases }) => {
      const { name, namespace, chart, version = "0.0.0" } = spec;
      const revision = (releases[key(spec)]?.revision ?? 0) + 1;
      const last = chart.split("/").at(-1) ?? chart;
      const release = {
        name,
        namespace,
        revision,
        status: "deployed",
        chart: `${last}-${version}`,
        appVersion: "",
      };
      releases[key(spec)] = release;
      return release;
    });
  }

  uninstall(reference: ReleaseReference): Promise<void> {
    return this.record.change(({ releases }) => {
      delete releases[key(reference)];
    });
  }
}

function key({ namespace, name }: ReleaseReference): string {
  return `${namespace}/${name}`;
}
