/** The provider resource's own settings. */
import type { CheckFailure } from "../rpc/provider";
import { Properties, PropertyValue, isUnknown, text } from "../rpc/values";

export interface ProviderConfig {
  /** The kubeconfig's text; undefined while a preview does not know it, or where none is given. */
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
  /** Namespace of objects that name none. */
  readonly namespace: string;
  /** Undefined: as the environment says. */
  readonly deleteUnreachable: boolean | undefined;
}

/** What the released provider takes and this one obeys. */
const OBEYED = ["kubeconfig", "context", "namespace", "deleteUnreachable"] as const;
/** What this one does anyway: it always applies on the server, and changes ConfigMaps and Secrets in place. */
const ALWAYS = ["enableServerSideApply", "enableConfigMapMutable", "enableSecretMutable"] as const;
/** What has no meaning here. */
const PASSED_OVER = [
  "suppressDeprecationWarnings",
  "suppressHelmHookWarnings",
  "clusterIdentifier",
  "version",
] as const;

/** @returns the settings, and everything that is wrong with them */
export function parseConfig(config: Properties): { config: ProviderConfig; failures: CheckFailure[] } {
  const given = Object.fromEntries(Object.entries(config).filter(([name]) => !name.startsWith("__")));
  const known: readonly string[] = [...OBEYED, ...ALWAYS, ...PASSED_OVER];
  const failures: CheckFailure[] = Object.keys(given)
    .filter((name) => !known.includes(name))
    .map((property) => ({
      property,
      reason: `the lab's Kubernetes provider does not know ${property}; it knows: ${known.join(", ")}`,
    }));
  for (const property of ALWAYS) {
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
    },
    failures,
  };
}

/** Everything but texts reaches a provider's settings as JSON text. */
function flag(value: PropertyValue | undefined): boolean | undefined {
  if (value === true || value === "true") return true;
  return value === false || value === "false" ? false : undefined;
}
