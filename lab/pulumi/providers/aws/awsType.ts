/** How one AWS resource type is described: the tables in `types/` are values of this shape. */
import type { Fields } from "../rpc/kinds";
import type { CheckFailure } from "../rpc/provider";
import type { Properties } from "../rpc/values";
import type { Account, CloudResource } from "./account";

export interface AwsType {
  readonly token: string;
  /** What the lab's AWS accepts: a part of what `@pulumi/aws` declares, of the same kinds (a test checks). */
  readonly inputs: Fields;
  readonly required?: readonly string[];
  /** Inputs, or parts of them, whose change makes a new resource. */
  readonly replaces?: readonly string[];
  readonly defaults?: Properties;
  /** The input that is made up from the resource's name where the program gives none. */
  readonly autoName?: string;
  /** Outputs that only AWS knows, until it has made the resource. */
  readonly computed: readonly string[];
  /** Of those, the ones that change with an update of these inputs. */
  readonly changesWith?: Readonly<Record<string, readonly string[]>>;
  /** Inputs that stay out of `cloud.json`: they may hold keys. */
  readonly hidden?: readonly string[];
  /** Outputs that AWS keeps to itself: in `cloud.json`, never in the stack's state. */
  readonly internal?: readonly string[];

  /** What a kind cannot say: ranges, formats, combinations. Unknown values are left out of `inputs`. */
  check?(inputs: Properties): CheckFailure[];
  /** Replaces that depend on other inputs. */
  alsoReplaces?(inputs: Properties): readonly string[];
  id(inputs: Properties, account: Account): string;
  /** The computed outputs. `previous`: what the resource was before an update. */
  outputs(view: ResourceView): Properties;
  /** Refuses, by an `AwsError`, what AWS would refuse. `id` is set for an update. */
  refuse?(inputs: Properties, account: Account, previous?: CloudResource): void;
  /** Who still needs the resource, so that it cannot be deleted: AWS's error, or undefined. */
  inUse?(resource: CloudResource, account: Account): Error | undefined;
}

export interface ResourceView {
  readonly id: string;
  readonly inputs: Properties;
  readonly account: Account;
  readonly previous?: CloudResource;
}
