/**
 * Simulated releases, recorded in `helm.json` beside the record of the simulated cluster. Refusals are those of Helm
 * 3.18 and later: a name in use, an operation in progress, nothing to upgrade or to uninstall.
 */
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { RecordFile } from "../../../recordFile";
import type { Properties } from "../rpc/values";
import type { ClusterRecord } from "./recordedCluster";
import type { Release, ReleaseReference, Releases, ReleaseSpec } from "./releases";

/** Content of `helm.json`: every revision of a release, by namespace and name, the newest last. */
export type RecordedRevisions = Record<string, RecordedRevision[]>;

interface RecordedRevision extends Release {
  readonly values: Properties;
}

export class RecordedReleases implements Releases {
  private readonly file: RecordFile<RecordedRevisions>;

  constructor(
    private readonly cluster: ClusterRecord,
    folder: string,
    /** Duration of an operation: the release is pending meanwhile, so that a test can kill the engine then. */
    private readonly operationMs: number,
  ) {
    this.file = new RecordFile<RecordedRevisions>(path.join(folder, "helm.json"), {});
  }

  find(reference: ReleaseReference): Promise<Release | undefined> {
    return this.change((recorded) => recorded[key(reference)]?.at(-1));
  }

  values(reference: ReleaseReference): Promise<Properties> {
    return this.change((recorded) => recorded[key(reference)]?.at(-1)?.values ?? {});
  }

  async install(spec: ReleaseSpec): Promise<Release> {
    await this.begin(spec, "pending-install", (last) => {
      if (last !== undefined) throw new Error("cannot re-use a name that is still in use");
    });
    return this.finish(spec);
  }

  async upgrade(spec: ReleaseSpec): Promise<Release> {
    await this.begin(spec, "pending-upgrade", (last) => {
      if (last === undefined) throw new Error(`"${spec.name}" has no deployed releases`);
      if (last.status.startsWith("pending-")) {
        throw new Error("another operation (install/upgrade/rollback) is in progress");
      }
    });
    return this.finish(spec);
  }

  uninstall(reference: ReleaseReference): Promise<void> {
    return this.change((recorded) => {
      if (recorded[key(reference)] === undefined) {
        throw new Error(`uninstall: Release not loaded: ${reference.name}: release: not found`);
      }
      delete recorded[key(reference)];
    });
  }

  private async begin(
    spec: ReleaseSpec,
    status: string,
    check: (last: Release | undefined) => void,
  ): Promise<void> {
    await this.change((recorded) => {
      const revisions = recorded[key(spec)] ?? [];
      const last = revisions.at(-1);
      check(last);
      const { name, namespace, chart, values, version = "0.0.0" } = spec;
      const file = chart.split("/").at(-1) ?? chart;
      const common = { name, namespace, chart: `${file}-${version}`, appVersion: "", values };
      recorded[key(spec)] = [...revisions, { ...common, revision: (last?.revision ?? 0) + 1, status }];
    });
    await sleep(this.operationMs);
  }

  private finish(spec: ReleaseSpec): Promise<Release> {
    return this.change((recorded) => {
      const revisions = recorded[key(spec)] ?? [];
      const pending = revisions.at(-1);
      if (pending === undefined) throw new Error(`${spec.name}: release: not found`);
      const deployed = { ...pending, status: "deployed" };
      const earlier = revisions.slice(0, -1).map((revision) => ({ ...revision, status: "superseded" }));
      recorded[key(spec)] = [...earlier, deployed];
      return deployed;
    });
  }

  private async change<T>(step: (recorded: RecordedRevisions) => T): Promise<T> {
    await this.cluster.change(() => undefined); // an unreachable cluster is unreachable for Helm too
    return this.file.change(step);
  }
}

function key({ namespace, name }: ReleaseReference): string {
  return `${namespace}/${name}`;
}
