/** `helm.v3.Release`. */
import { randomBytes } from "node:crypto";
import type { CheckFailure, Created, ResourceCall } from "../rpc/provider";
import { Properties, UNKNOWN, isUnknown, sameValue, text } from "../rpc/values";
import { plainJson } from "./kubernetesObject";
import { RELEASE_INPUTS, releaseSpec, type Release } from "./releases";
import type { Context, ResourceKind } from "./resourceKind";

export const releaseType = "kubernetes:helm.sh/v3:Release";

/** How long deletion of the parts may take, whatever the release's own limit is. */
const UNINSTALL_SECONDS = 600;

export const releaseKind: ResourceKind = {
  complete(call: ResourceCall, olds: Properties, news: Properties): Properties {
    if (news["name"] !== undefined && news["name"] !== null) return news;
    const before = text(olds, "name");
    const name = before?.startsWith(`${call.name}-`)
      ? before
      : `${call.name}-${randomBytes(4).toString("hex")}`;
    return { ...news, name };
  },

  failures(inputs: Properties): CheckFailure[] {
    const unknown = Object.keys(inputs)
      .filter((property) => !RELEASE_INPUTS.includes(property) && !property.startsWith("__"))
      .map((property) => ({
        property,
        reason: `the lab's Kubernetes provider does not know it; it knows: ${RELEASE_INPUTS.join(", ")}`,
      }));
    if (text(inputs, "chart") !== undefined || isUnknown(inputs["chart"])) return unknown;
    return [...unknown, { property: "chart", reason: "is required" }];
  },

  replacing: () => ["name", "namespace"],

  hasSameName: (olds, news) =>
    sameValue(olds["name"], news["name"]) && sameValue(olds["namespace"], news["namespace"]),

  foreseen: (inputs) => ({ ...inputs, status: UNKNOWN }),

  async create(context: Context, inputs: Properties): Promise<Created> {
    const { call, config, connection } = context;
    const spec = releaseSpec(inputs, config.namespace);
    const there = await connection.releases.find(spec, call.signal);
    // What an `up` that was interrupted or failed has left is taken over; anything else is somebody's.
    if (there?.status === "deployed") {
      throw new Error(
        `there is a release ${spec.namespace}/${spec.name} already (${there.chart}), not of this stack`,
      );
    }
    return { id: `${spec.namespace}/${spec.name}`, outputs: await install(context, inputs) };
  },

  update: install,

  async read({ call, config, connection }: Context, state: Properties): Promise<Properties | undefined> {
    const found = await connection.releases.find(releaseSpec(state, config.namespace), call.signal);
    return found === undefined ? undefined : outputsOf(state, found);
  },

  async delete({ call, config, connection }: Context, state: Properties): Promise<void> {
    await connection.releases.uninstall(releaseSpec(state, config.namespace), UNINSTALL_SECONDS, call.signal);
  },
};

async function install({ call, config, connection }: Context, inputs: Properties): Promise<Properties> {
  const spec = releaseSpec(inputs, config.namespace);
  call.log.status(`helm: ${spec.chart}, at most ${spec.timeoutSeconds} s`);
  return outputsOf(inputs, await connection.releases.apply(spec, call.signal));
}

function outputsOf(inputs: Properties, release: Release): Properties {
  return { ...inputs, namespace: release.namespace, status: plainJson(release) };
}
