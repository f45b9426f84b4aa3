/** `helm.v3.Release`. */
import { randomBytes } from "node:crypto";
import { changes, isAtOrBelow } from "../rpc/diff";
import type { CheckFailure, Created, ResourceCall } from "../rpc/provider";
import { isUnknown, type Properties, sameValue, text, unknownValue } from "../rpc/values";
import { plainJson } from "./kubernetesObject";
import { type Release, releaseInputs, releaseSpec } from "./releases";
import type { Context, ResourceKind } from "./resourceKind";

export const releaseType = "kubernetes:helm.sh/v3:Release";

/** Time limit for the deletion of the parts, whatever the release's own limit. */
const uninstallSeconds = 600;

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
      .filter((property) => !releaseInputs.includes(property) && !property.startsWith("__"))
      .map((property) => ({
        property,
        reason: `the lab's Kubernetes provider does not know it; it knows: ${releaseInputs.join(", ")}`,
      }));
    if (text(inputs, "chart") !== undefined || isUnknown(inputs["chart"])) return unknown;
    return [...unknown, { property: "chart", reason: "is required" }];
  },

  replacing: () => ["name", "namespace"],

  // Three-way, as in the released provider: a value that the state already has is no change, whatever the inputs.
  isChanged: (olds, path, now) =>
    changes(olds, now).some((change) => isAtOrBelow(change.path, path) || isAtOrBelow(path, change.path)),

  hasSameName: (olds, news) =>
    sameValue(olds["name"], news["name"]) && sameValue(olds["namespace"], news["namespace"]),

  foreseen: (inputs) => ({ ...inputs, status: unknownValue }),

  async create(context: Context, inputs: Properties): Promise<Created> {
    const spec = releaseSpec(inputs, context.config.namespace);
    return { id: `${spec.namespace}/${spec.name}`, outputs: await run(context, inputs, "install") };
  },

  update: (context, inputs) => run(context, inputs, "upgrade"),

  async read({ call, config, connection }: Context, state: Properties): Promise<Properties | undefined> {
    const spec = releaseSpec(state, config.namespace);
    const found = await connection.releases.find(spec, call.signal);
    if (found === undefined) return undefined;
    // As in the released provider: values and version of an unfinished revision count as those in force.
    const values = { ...spec.values, ...(await connection.releases.values(spec, call.signal)) };
    const version = spec.version === undefined ? {} : { version: versionOf(found) };
    return outputsOf({ ...state, values, ...version }, found);
  },

  async delete({ call, config, connection }: Context, state: Properties): Promise<void> {
    await connection.releases.uninstall(releaseSpec(state, config.namespace), uninstallSeconds, call.signal);
  },
};

async function run(
  { call, config, connection }: Context,
  inputs: Properties,
  verb: "install" | "upgrade",
): Promise<Properties> {
  const spec = releaseSpec(inputs, config.namespace);
  call.log.status(`helm ${verb}: ${spec.chart}, at most ${spec.timeoutSeconds} s`);
  return outputsOf(inputs, await connection.releases[verb](spec, call.signal));
}

/** Version of a chart such as `kube-prometheus-stack-88.5.3`: it starts at the first number after a hyphen. */
function versionOf({ chart }: Release): string {
  return /-(v?\d+\..*)$/.exec(chart)?.[1] ?? chart;
}

function outputsOf(inputs: Properties, release: Release): Properties {
  return { ...inputs, namespace: release.namespace, status: plainJson(release) };
}
