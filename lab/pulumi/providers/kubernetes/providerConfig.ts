/** Settings of the provider resource. */
import { isDeepStrictEqual } from "node:util";
import { parse } from "yaml";
import type { CheckFailure } from "../rpc/provider";
import { isUnknown, type Properties, type PropertyValue, text } from "../rpc/values";

export interface ProviderConfig {
  /** Text of the kubeconfig; undefined while a preview does not have it, or when none is given. */
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
  /** Namespace of objects that name none. */
  readonly namespace: string;
  /** Undefined: the environment decides. */
  readonly deleteUnreachable: boolean | undefined;
  /** True when `create` takes over existing objects. */
  readonly upsertExistingObjects: boolean;
  /** True when fields that other managers have changed are set anyway. */
  readonly enablePatchForce: boolean;
}

/** Settings of the released provider that this one obeys. */
const obeyed = [
  ...(["kubeconfig", "context", "namespace", "deleteUnreachable"] as const),
  ...(["upsertExistingObjects", "enablePatchForce", "clusterIdentifier"] as const),
] as const;
/** Settings that are always on here: it applies on the server, and changes ConfigMaps and Secrets in place. */
const always = ["enableServerSideApply", "enableConfigMapMutable", "enableSecretMutable"] as const;
/** Settings that have no meaning here. */
const passedOver = ["suppressDeprecationWarnings", "suppressHelmHookWarnings", "version"] as const;

/**
 * @param patchForce value when the settings do not contain `enablePatchForce`
 * @returns the settings, and all failures
 */
export function parseConfig(
  config: Properties,
  patchForce = false,
): { config: ProviderConfig; failures: CheckFailure[] } {
  const given = Object.fromEntries(Object.entries(config).filter(([name]) => !name.startsWith("__")));
  const known: readonly string[] = [...obeyed, ...always, ...passedOver];
  const failures: CheckFailure[] = Object.keys(given)
    .filter((name) => !known.includes(name))
    .map((property) => ({
      property,
      reason: `the lab's Kubernetes provider does not know ${property}; it knows: ${known.join(", ")}`,
    }));
  for (const property of always) {
    if (flag(given[property]) === false) {
      failures.push({ property, reason: `the lab's Kubernetes provider cannot do without ${property}` });
    }
  }
  if (text(given, "kubeconfig") === undefined && !isUnknown(given["kubeconfig"])) {
    failures.push({
      property: "kubeconfig",
      reason: "is required: the lab's provider reads no file of the user's",
    });
  }
  return {
    config: {
      kubeconfig: text(given, "kubeconfig"),
      context: text(given, "context"),
      namespace: text(given, "namespace") ?? "default",
      deleteUnreachable: flag(given["deleteUnreachable"]),
      upsertExistingObjects: flag(given["upsertExistingObjects"]) ?? false,
      enablePatchForce: flag(given["enablePatchForce"]) ?? patchForce,
    },
    failures,
  };
}

/**
 * Settings whose change replaces every resource of the provider, by the rules of the released provider 4.32: another
 * cluster identifier, or without one another server or certificate authority of the kubeconfig's active cluster.
 */
export function replacingSettings(olds: Properties, news: Properties): readonly string[] {
  const [before, now] = [text(olds, "clusterIdentifier"), text(news, "clusterIdentifier")];
  if (before !== undefined && now !== undefined) return before === now ? [] : ["clusterIdentifier"];
  const kubeconfig = news["kubeconfig"];
  if (kubeconfig !== undefined && isUnknown(kubeconfig)) return ["kubeconfig"];
  const [old, active] = [activeCluster(olds), activeCluster(news)];
  return old === undefined || active === undefined || isDeepStrictEqual(old, active) ? [] : ["kubeconfig"];
}

function activeCluster(config: Properties): unknown {
  try {
    const { clusters, contexts, ...rest } = parse(text(config, "kubeconfig") ?? "") as Kubeconfig;
    const chosen = text(config, "context") ?? rest["current-context"];
    const context = contexts?.find(({ name }) => name === chosen)?.context;
    return clusters?.find(({ name }) => name === context?.cluster)?.cluster;
  } catch {
    return undefined;
  }
}

interface Kubeconfig {
  readonly clusters?: readonly { readonly name: string; readonly cluster: unknown }[];
  readonly contexts?: readonly { readonly name: string; readonly context: { readonly cluster: string } }[];
  readonly "current-context"?: string;
}

/** Value of a boolean setting: the engine passes everything but strings as JSON text. */
function flag(value: PropertyValue | undefined): boolean | undefined {
  if (value === true || value === "true") return true;
  return value === false || value === "false" ? false : undefined;
}
