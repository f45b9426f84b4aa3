/**
 * A simulated cluster: it records the requested objects in `kubernetes.json` in the state folder.
 * A test makes it unreachable by setting `reachable` to false there.
 */
import path from "node:path";
import { RecordFile } from "../../../recordFile";
import { changes } from "../rpc/diff";
import { map, numeric, type Properties } from "../rpc/values";
import { type Applier, type Cluster, type ListQuery, RefusedError, UnreachableError } from "./cluster";
import { asProperties, idOf, type LiveObject, metadata, type ObjectReference } from "./kubernetesObject";

/** Content of `kubernetes.json`. */
export interface Recorded {
  reachable: boolean;
  /** Objects by kind and ID. */
  objects: Record<string, Properties>;
  /** Field managers of each object: all that have applied it, unless another manager took it by force. */
  managers: Record<string, string[]>;
}

export class ClusterRecord {
  private readonly file: RecordFile<Recorded>;

  constructor(folder: string) {
    const empty = { reachable: true, objects: {}, managers: {} };
    this.file = new RecordFile(path.join(folder, "kubernetes.json"), empty);
  }

  /** @throws UnreachableError when the record marks the cluster as unreachable */
  async change<T>(step: (recorded: Recorded) => T): Promise<T> {
    return this.file.change((recorded) => step(reachable(recorded)));
  }

  /** @throws UnreachableError when the record marks the cluster as unreachable */
  async look<T>(question: (recorded: Recorded) => T): Promise<T> {
    return question(reachable(await this.file.read()));
  }
}

function reachable(recorded: Recorded): Recorded {
  if (!recorded.reachable) throw new UnreachableError("the record says so");
  return recorded;
}

export class RecordedCluster implements Cluster {
  constructor(private readonly record: ClusterRecord) {}

  apply(object: Properties, reference: ObjectReference, applier: Applier): Promise<Properties> {
    return this.record.change(({ objects, managers }) => {
      const before = objects[key(reference)];
      managers[key(reference)] = managersAfter(managers[key(reference)] ?? [], before ?? {}, object, applier);
      const generation = Number(before === undefined ? 0 : metadata(before)["generation"]) + 1;
      const own = { ...metadata(object), generation, uid: `uid-of-${idOf(reference)}` };
      const live = { ...object, metadata: own, status: readyStatus(object, generation) };
      objects[key(reference)] = live;
      return live;
    });
  }

  read(reference: ObjectReference): Promise<LiveObject | undefined> {
    return this.record.look(({ objects }) => objects[key(reference)] as unknown as LiveObject | undefined);
  }

  delete(reference: ObjectReference): Promise<void> {
    return this.record.change(({ objects, managers }) => {
      delete objects[key(reference)];
      delete managers[key(reference)];
    });
  }

  list({ apiVersion, kind, namespace, selector }: ListQuery): Promise<LiveObject[]> {
    // The record has no EndpointSlices; every Service has a pod.
    if (kind === "EndpointSlice") {
      const slice = {
        apiVersion,
        kind,
        metadata: { name: "recorded" },
        endpoints: [{ conditions: { ready: true } }],
      };
      return Promise.resolve([slice]);
    }
    return this.record.change(({ objects }) =>
      Object.values(objects)
        .filter((object) => object["kind"] === kind && metadata(object)["namespace"] === namespace)
        .filter((object) =>
          Object.entries(selector).every(([name, value]) => map(metadata(object), "labels")[name] === value),
        )
        .map((object) => asProperties(object) as unknown as LiveObject),
    );
  }
}

/**
 * Managers of an object after an apply. As in server-side apply, managers that agree own a field together, and a
 * change against another manager is a conflict, unless it is forced.
 */
function managersAfter(
  managers: readonly string[],
  before: Properties,
  now: Properties,
  { fieldManager, force }: Applier,
): string[] {
  const [other] = managers.filter((manager) => manager !== fieldManager);
  const [changed] = changes(before, now).filter(({ kind }) => kind === "update");
  if (other === undefined || changed === undefined) return [...new Set([...managers, fieldManager])];
  if (force) return [fieldManager];
  throw new RefusedError(409, `Apply failed with 1 conflict: conflict with "${other}": .${changed.path}`);
}

function key(reference: ObjectReference): string {
  return `${reference.kind} ${idOf(reference)}`;
}

/** Status that the controllers of a real cluster would write. */
function readyStatus(object: Properties, observedGeneration: number): Properties {
  const replicas = numeric(map(object, "spec"), "replicas") ?? 1;
  const pods = { replicas, updatedReplicas: replicas, readyReplicas: replicas, availableReplicas: replicas };
  const phase = object["kind"] === "Namespace" ? "Active" : "Bound";
  return { observedGeneration, ...pods, phase };
}
