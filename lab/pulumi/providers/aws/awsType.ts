/** Description of one AWS resource type: the tables in `types/` are values of this shape. */
import type { Fields } from "../rpc/kinds";
import type { CheckFailure } from "../rpc/provider";
import type { Properties } from "../rpc/values";
import type { Account, CloudResource } from "./account";

export interface AwsType {
  readonly token: string;
  /** Inputs that the lab's AWS accepts: a subset of those in `@pulumi/aws`, of the same kinds (a test checks). */
  readonly inputs: Fields;
  readonly required?: readonly string[];
  /** Inputs, or parts of them, whose change replaces the resource. */
  readonly replaces?: readonly string[];
  readonly defaults?: Properties;
  /** The input that is generated from the resource's name when the program does not set it. */
  readonly autoName?: string;
  /** True when names have no capitals. */
  readonly lowerCase?: true;
  /** Outputs that are unknown until AWS has made the resource. */
  readonly computed: readonly string[];
  /** Computed outputs that change with an update of these inputs. */
  readonly changesWith?: Readonly<Record<string, readonly string[]>>;
  /** Inputs that are not stored in `cloud.json`: they may contain keys. */
  readonly hidden?: readonly string[];
  /** Outputs that are internal to AWS: in `cloud.json`, never in the stack's state. */
  readonly internal?: readonly string[];

  /** Checks that a kind cannot express: ranges, formats, combinations. Unknown values in `inputs` count as given. */
  check?(inputs: Properties): CheckFailure[];
  /** Inputs whose change replaces the resource, depending on what they and others were and are. */
  alsoReplaces?(inputs: Properties, before: Properties): readonly string[];
  id(inputs: Properties, account: Account): string;
  /** The computed outputs. `previous`: the resource before an update. */
  outputs(view: ResourceView): Properties;
  /** Throws the `AwsError` with which AWS would refuse the inputs. `previous` is set for an update. */
  refuse?(inputs: Properties, account: Account, previous?: CloudResource): void;
  /** AWS's error when other resources still use this one, so that it cannot be deleted; else undefined. */
  inUse?(resource: CloudResource, account: Account): Error | undefined;
}

export interface ResourceView {
  readonly id: string;
  readonly inputs: Properties;
  readonly account: Account;
  readonly previous?: CloudResource;
}
