/** Operations of the provider on one kind of resource: plain objects, or Helm releases. */
import type { CheckFailure, Created, ResourceCall } from "../rpc/provider";
import type { Properties } from "../rpc/values";
import type { Connection } from "./connection";
import type { ProviderConfig } from "./providerConfig";

/** A call, and its cluster. */
export interface Context {
  readonly call: ResourceCall;
  readonly config: ProviderConfig;
  readonly connection: Connection;
}

/** Operations on a kind. Inputs and outputs have no secret marks, unless noted. */
export interface ResourceKind {
  /** Inputs, with their secret marks, completed with a name and everything else that the engine must store. */
  complete(call: ResourceCall, olds: Properties, news: Properties): Properties;
  failures(inputs: Properties): CheckFailure[];
  /** Paths whose change replaces the resource. */
  replacing(inputs: Properties): readonly string[];
  /**
   * True when a difference of the inputs is also one of the resource.
   * @param olds outputs in the state
   * @param path where the inputs differ
   */
  isChanged(olds: Properties, path: string, now: Properties): boolean;
  /** True when a second resource of this name cannot exist beside the first. */
  hasSameName(olds: Properties, news: Properties): boolean;
  /** Outputs in a preview. */
  foreseen(inputs: Properties): Properties;
  create(context: Context, inputs: Properties): Promise<Created>;
  /** @param before the resource's outputs in the state */
  update(context: Context, inputs: Properties, before: Properties): Promise<Properties>;
  read(context: Context, state: Properties): Promise<Properties | undefined>;
  delete(context: Context, state: Properties): Promise<void>;
}
