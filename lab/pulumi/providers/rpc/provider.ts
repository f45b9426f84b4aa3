/** Interface of a stand-in provider. `server.ts` serves it over the engine's gRPC protocol. */
import type { PropertyChange } from "./diff";
import type { Properties } from "./values";

export interface CheckFailure {
  /** The input at fault; empty for the resource as a whole. */
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

/** Data common to all requests on a resource. Values have the engine's secret marks: reveal to use them. */
export interface ResourceCall {
  readonly urn: string;
  /** Type token, such as `aws:ec2/vpc:Vpc`. */
  readonly type: string;
  readonly name: string;
  /** Aborted when the engine cancels or ends, or the resource's `customTimeouts` expire. */
  readonly signal: AbortSignal;
  readonly log: ResourceLog;
}

/** The engine's log, on this resource's line. */
export interface ResourceLog {
  /** Shows a message beside the resource while it is in progress, then drops it. */
  status(message: string): void;
  /** Adds a message to the update's diagnostics. */
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
  /** Names of the provider's own settings whose change from `olds` to `news` replaces all of its resources. */
  configReplaces(olds: Properties, news: Properties): readonly string[];
  check(call: ResourceCall, olds: Properties, news: Properties): Promise<CheckResult>;
  diff(call: ResourceCall, id: string, olds: OldState, news: Properties): Promise<DiffResult>;
  create(call: ResourceCall, inputs: Properties, preview: boolean): Promise<Created>;
  /** Properties of the resource; undefined when it is gone. */
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
