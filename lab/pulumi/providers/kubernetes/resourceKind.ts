/** What the provider does with a kind of resource: plain objects one way, Helm releases another. */
import type { CheckFailure, Created, ResourceCall } from "../rpc/provider";
import type { Properties } from "../rpc/values";
import type { Connection } from "./connection";
import type { ProviderConfig } from "./providerConfig";

/** A call, and the cluster that it is about. */
export interface Context {
  readonly call: ResourceCall;
  readonly config: ProviderConfig;
  readonly connection: Connection;
}

/** Inputs and outputs are without marks, except where it says so. */
export interface ResourceKind {
  /** Inputs, marked as they came, with a name and everything else that the engine has to remember. */
  complete(call: ResourceCall, olds: Properties, news: Properties): Properties;
  failures(inputs: Properties): CheckFailure[];
  /** Paths whose change makes it another resource. */
  replacing(inputs: Properties): readonly string[];
  /**
   * Whether a difference of the inputs is one of the resource too.
   * @param olds outputs as the state has them
   * @param path where the inputs differ
   */
  isChanged(olds: Properties, path: string, now: Properties): boolean;
  /** Whether a second one of this name cannot be beside the first. */
  hasSameName(olds: Properties, news: Properties): boolean;
  /** What a preview can say. */
  foreseen(inputs: Properties): Properties;
  create(context: Context, inputs: Properties): Promise<Created>;
  /** @param before the resource's outputs as the state has them */
  update(context: Context, inputs: Properties, before: Properties): Promise<Properties>;
  read(context: Context, state: Properties): Promise<Properties | undefined>;
  delete(context: Context, state: Properties): Promise<void>;
}
