/** Helm releases as values, and what is asked of whoever installs them. */
import { isMap, map, numeric, type Properties, text } from "../rpc/values";

export interface ReleaseReference {
  readonly name: string;
  readonly namespace: string;
}

export interface ReleaseSpec extends ReleaseReference {
  /** Path, `oci://` reference, or a name in `repository`. */
  readonly chart: string;
  readonly version: string | undefined;
  readonly repository: string | undefined;
  readonly values: Properties;
  readonly timeoutSeconds: number;
  readonly createNamespace: boolean;
  readonly skipCrds: boolean;
  readonly skipAwait: boolean;
  readonly atomic: boolean;
  readonly description: string | undefined;
  /** Revisions that are kept; 0: all. */
  readonly maxHistory: number;
}

/** What `status` of the released provider says. */
export interface Release extends ReleaseReference {
  readonly revision: number;
  /** As Helm says it: deployed, failed, pending-install, ... */
  readonly status: string;
  /** Name and version: `kube-prometheus-stack-88.5.3`. */
  readonly chart: string;
  readonly appVersion: string;
}

/** Errors are Helm's own. */
export interface Releases {
  /** The newest revision, whatever its status. */
  find(reference: ReleaseReference, signal: AbortSignal): Promise<Release | undefined>;
  /** The values of the newest revision, also of one that never ended. */
  values(reference: ReleaseReference, signal: AbortSignal): Promise<Properties>;
  /** @throws Error when there is a release of the name, whatever its status */
  install(spec: ReleaseSpec, signal: AbortSignal): Promise<Release>;
  /** @throws Error when there is none, or the last operation on it was interrupted */
  upgrade(spec: ReleaseSpec, signal: AbortSignal): Promise<Release>;
  /** @throws Error when it is gone */
  uninstall(reference: ReleaseReference, timeoutSeconds: number, signal: AbortSignal): Promise<void>;
}

/** The released provider's default (Helm's own). */
const TIMEOUT_SECONDS = 300;

/** What this provider obeys of a Release's inputs; anything else is refused, so that nothing is ignored in silence. */
export const RELEASE_INPUTS: readonly string[] = [
  ...["name", "namespace", "chart", "version", "repositoryOpts", "values", "timeout", "createNamespace"],
  ...["skipCrds", "skipAwait", "atomic", "maxHistory", "description"],
  // Marks that the SDK adds.
  ...["compat"],
];

/** @throws Error when name or chart are missing */
export function releaseSpec(inputs: Properties, defaultNamespace: string): ReleaseSpec {
  const name = text(inputs, "name");
  const chart = text(inputs, "chart");
  if (name === undefined || chart === undefined) throw new Error("a release without name or chart");
  const flag = (key: string): boolean => inputs[key] === true;
  return {
    name,
    namespace: text(inputs, "namespace") ?? defaultNamespace,
    chart,
    version: text(inputs, "version"),
    repository: text(map(inputs, "repositoryOpts"), "repo"),
    values: isMap(inputs["values"]) ? inputs["values"] : {},
    timeoutSeconds: numeric(inputs, "timeout") ?? TIMEOUT_SECONDS,
    createNamespace: flag("createNamespace"),
    skipCrds: flag("skipCrds"),
    skipAwait: flag("skipAwait"),
    atomic: flag("atomic"),
    description: text(inputs, "description"),
    maxHistory: numeric(inputs, "maxHistory") ?? 0,
  };
}
