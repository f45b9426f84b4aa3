/** Any Kubernetes object: applied on the server, waited for, deleted and waited for. */
import type { CheckFailure, Created, ResourceCall } from "../rpc/provider";
import { Properties, UNKNOWN, isMap, isUnknown, sameValue, text } from "../rpc/values";
import { untilGone, untilReady } from "./awaiting";
import {
  asProperties,
  idOf,
  metadata,
  named,
  referenceOf,
  replacingPaths,
  withoutBookkeeping,
} from "./kubernetesObject";
import type { Context, ResourceKind } from "./resourceKind";
import { withSecretData } from "./secrets";

export const objectKind: ResourceKind = {
  complete(call: ResourceCall, olds: Properties, news: Properties): Properties {
    const own = news["metadata"];
    // Metadata as a whole may be unknown, or secret: then its name cannot be looked at.
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

  hasSameName: (olds, news) =>
    sameValue(metadata(olds)["name"], metadata(news)["name"]) &&
    sameValue(metadata(olds)["namespace"], metadata(news)["namespace"]),

  foreseen: (inputs) => ({ ...inputs, status: UNKNOWN }),

  async create(context: Context, inputs: Properties): Promise<Created> {
    const outputs = await apply(context, inputs);
    return { id: idOf(referenceOf(inputs, context.config.namespace)), outputs };
  },

  update: apply,

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

async function apply({ call, config, connection }: Context, inputs: Properties): Promise<Properties> {
  const reference = referenceOf(inputs, config.namespace);
  const { namespace } = reference;
  const own = { ...metadata(inputs), ...(namespace !== undefined && { namespace }) };
  await connection.cluster.apply({ ...inputs, metadata: own }, reference, call.signal);
  const live = await untilReady(connection.cluster, reference, call);
  return outputsOf(inputs, asProperties(live));
}

/** The live object; what the API server takes and never shows again (`stringData`) as it was given. */
function outputsOf(inputs: Properties, live: Properties): Properties {
  const unseen = Object.fromEntries(Object.entries(inputs).filter(([name]) => live[name] === undefined));
  return { ...unseen, ...withoutBookkeeping(live) };
}
