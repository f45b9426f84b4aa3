/** Helm releases as values, and the operations on them. */
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
  /** Number of revisions that are kept; 0: all. */
  readonly maxHistory: number;
}

/** Content of `status` in the released provider. */
export interface Release extends ReleaseReference {
  readonly revision: number;
  /** Helm's status: deployed, failed, pending-install, ... */
  readonly status: string;
  /** Name and version: `kube-prometheus-stack-88.5.3`. */
  readonly chart: string;
  readonly appVersion: string;
}

/** Operations on releases. Errors are Helm's own. */
export interface Releases {
  /** The newest revision, in any status. */
  find(reference: ReleaseReference, signal: AbortSignal): Promise<Release | undefined>;
  /** The values of the newest revision, even of an unfinished one. */
  values(reference: ReleaseReference, signal: AbortSignal): Promise<Properties>;
  /** @throws Error when a release of that name exists, in any status */
  install(spec: ReleaseSpec, signal: AbortSignal): Promise<Release>;
  /** @throws Error when there is none, or the last operation on it was interrupted */
  upgrade(spec: ReleaseSpec, signal: AbortSignal): Promise<Release>;
  /** @throws Error when there is none */
  uninstall(reference: ReleaseReference, timeoutSeconds: number, signal: AbortSignal): Promise<void>;
}

/** The released provider's default (Helm's own). */
const defaultTimeoutSeconds = 300;

/** Inputs of a Release that this provider obeys; any other is refused, so that none is ignored silently. */
export const releaseInputs: readonly string[] = [
  ...["name", "namespace", "chart", "version", "repositoryOpts", "values", "timeout", "createNamespace"],
  ...["skipCrds", "skipAwait", "atomic", "maxHistory", "description"],
  // Marks that the SDK adds.
  ...["compat"],
];

/** @throws Error when name or chart is missing */
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
    timeoutSeconds: numeric(inputs, "timeout") ?? defaultTimeoutSeconds,
    createNamespace: flag("createNamespace"),
    skipCrds: flag("skipCrds"),
    skipAwait: flag("skipAwait"),
    atomic: flag("atomic"),
    description: text(inputs, "description"),
    maxHistory: numeric(inputs, "maxHistory") ?? 0,
  };
}
