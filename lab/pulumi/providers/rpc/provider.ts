/** What a stand-in provider implements. `server.ts` puts it on the engine's gRPC protocol. */
import type { PropertyChange } from "./diff";
import type { Properties } from "./values";

export interface CheckFailure {
  /** The input at fault; empty when it is the resource as a whole. */
  readonly property: string;
  readonly reason: string;
}

export interface CheckResult {
  readonly inputs: Properties;
  readonly failures: readonly CheckFailure[];
}

export interface DiffResult {
  readonly changes: readonly (PropertyChange & { readonly replaces: boolean })[];
  readonly deleteBeforeReplace: boolean;
}

/** What every request on a resource says. Values are marked as the engine sent them: reveal to use them. */
export interface ResourceCall {
  readonly urn: string;
  /** Type token, such as `aws:ec2/vpc:Vpc`. */
  readonly type: string;
  readonly name: string;
  /** Aborted when the engine cancels, goes away, or the resource's `customTimeouts` run out. */
  readonly signal: AbortSignal;
  readonly log: ResourceLog;
}

/** The engine's log, on this resource's line. */
export interface ResourceLog {
  /** Shown beside the resource while it is in progress, then forgotten. */
  status(message: string): void;
  /** Kept in the update's diagnostics. */
  warn(message: string): void;
  error(message: string): void;
}

export interface Created {
  readonly id: string;
  readonly outputs: Properties;
}

export interface Provider {
  readonly name: string;
  readonly version: string;
  configure(config: Properties): void;
  checkConfig(config: Properties): readonly CheckFailure[];
  /** The names of the provider's own settings whose change from `olds` to `news` replaces all of its resources. */
  configReplaces(olds: Properties, news: Properties): readonly string[];
  check(call: ResourceCall, olds: Properties, news: Properties): Promise<CheckResult>;
  diff(call: ResourceCall, id: string, olds: OldState, news: Properties): Promise<DiffResult>;
  create(call: ResourceCall, inputs: Properties, preview: boolean): Promise<Created>;
  /** Undefined when the resource is gone. */
  read(
    call: ResourceCall,
    id: string,
    state: Properties,
    inputs: Properties,
  ): Promise<Properties | undefined>;
  update(
    call: ResourceCall,
    id: string,
    olds: OldState,
    news: Properties,
    preview: boolean,
  ): Promise<Properties>;
  delete(call: ResourceCall, id: string, state: Properties): Promise<void>;
  invoke(token: string, args: Properties): Promise<Properties>;
}

export interface OldState {
  readonly inputs: Properties;
  readonly outputs: Properties;
}
