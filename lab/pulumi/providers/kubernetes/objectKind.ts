/** Any Kubernetes object: server-side apply and deletion, each with a wait for its completion. */
import { randomBytes } from "node:crypto";
import type { CheckFailure, Created, ResourceCall } from "../rpc/provider";
import { isMap, isUnknown, map, type Properties, sameValue, text, unknownValue } from "../rpc/values";
import { untilGone, untilReady } from "./awaiting";
import { RefusedError } from "./cluster";
import {
  asProperties,
  described,
  idOf,
  metadata,
  named,
  type ObjectReference,
  referenceOf,
  replacingPaths,
  withoutBookkeeping,
} from "./kubernetesObject";
import type { Context, ResourceKind } from "./resourceKind";
import { withSecretData } from "./secrets";

export const objectKind: ResourceKind = {
  complete(call: ResourceCall, olds: Properties, news: Properties): Properties {
    const own = news["metadata"];
    // Metadata as a whole may be unknown or secret: then its name cannot be read.
    if (own !== undefined && own !== null && !isMap(own)) return news;
    return withSecretData(text(news, "kind"), named(news, call.name, olds));
  },

  failures(inputs: Properties): CheckFailure[] {
    return ["apiVersion", "kind"]
      .filter((property) => text(inputs, property) === undefined && !isUnknown(inputs[property]))
      .map((property) => ({
        property,
        reason: "is required: without it nobody knows what kind of object this is",
      }));
  },

  replacing: (inputs) => replacingPaths(text(inputs, "kind") ?? ""),

  isChanged: () => true,

  hasSameName: (olds, news) =>
    sameValue(metadata(olds)["name"], metadata(news)["name"]) &&
    sameValue(metadata(olds)["namespace"], metadata(news)["namespace"]),

  foreseen: (inputs) => ({ ...inputs, status: unknownValue }),

  async create(context: Context, inputs: Properties): Promise<Created> {
    const reference = referenceOf(inputs, context.config.namespace);
    if (!context.config.upsertExistingObjects) await refuseExisting(context, reference);
    const outputs = await apply(context, inputs, fieldManager(inputs, {}));
    return { id: idOf(reference), outputs };
  },

  update: (context, inputs, before) => apply(context, inputs, fieldManager(inputs, before)),

  async read({ call, config, connection }: Context, state: Properties): Promise<Properties | undefined> {
    const found = await connection.cluster.read(referenceOf(state, config.namespace), call.signal);
    return found === undefined ? undefined : outputsOf(state, asProperties(found));
  },

  async delete({ call, config, connection }: Context, state: Properties): Promise<void> {
    const reference = referenceOf(state, config.namespace);
    await connection.cluster.delete(reference, call.signal);
    await untilGone(connection.cluster, reference, call);
  },
};

/** Output that stores an object's field manager, as in the released provider's state. */
const fieldManagerKey = "__fieldManager";

/** Field manager by the released provider's rule: the one that the object names, the state's, or a generated one. */
function fieldManager(inputs: Properties, before: Properties): string {
  const named = text(map(metadata(inputs), "annotations"), "pulumi.com/patchFieldManager");
  return named ?? text(before, fieldManagerKey) ?? `pulumi-kubernetes-${randomBytes(4).toString("hex")}`;
}

/** Refuses to create an existing object, as the released provider does from 4.29 on. */
async function refuseExisting({ call, connection }: Context, reference: ObjectReference): Promise<void> {
  if ((await connection.cluster.read(reference, call.signal)) === undefined) return;
  throw new RefusedError(
    409,
    `${described(reference)} already exists: it is not taken over without upsertExistingObjects`,
  );
}

async function apply(
  { call, config, connection }: Context,
  inputs: Properties,
  fieldManager: string,
): Promise<Properties> {
  const reference = referenceOf(inputs, config.namespace);
  const { namespace } = reference;
  const own = { ...metadata(inputs), ...(namespace !== undefined && { namespace }) };
  const applier = { fieldManager, force: config.enablePatchForce };
  try {
    await connection.cluster.apply({ ...inputs, metadata: own }, reference, applier, call.signal);
  } catch (error) {
    throw withWayOut(error);
  }
  const live = await untilReady(connection.cluster, reference, call);
  return { ...outputsOf(inputs, asProperties(live)), [fieldManagerKey]: fieldManager };
}

function withWayOut(error: unknown): unknown {
  if (!(error instanceof RefusedError) || error.code !== 409) return error;
  const way = "To set it as the program says, run again with PULUMI_K8S_ENABLE_PATCH_FORCE=true";
  return new RefusedError(error.code, `${error.message}\n${way}`);
}

/** The live object; inputs that the API server never returns (`stringData`) keep their given values. */
function outputsOf(inputs: Properties, live: Properties): Properties {
  const unseen = Object.fromEntries(Object.entries(inputs).filter(([name]) => live[name] === undefined));
  return { ...unseen, ...withoutBookkeeping(live) };
}
