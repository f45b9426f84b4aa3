/** The lab's AWS: the tables in `types/` behind the engine's provider protocol. */
import type { MachineHost } from "../../../host/machine";
import { changes, isAtOrBelow } from "../rpc/diff";
import type {
  CheckFailure,
  CheckResult,
  Created,
  DiffResult,
  OldState,
  Provider,
  ResourceCall,
} from "../rpc/provider";
import { containsUnknown, map, type Properties, revealAll, sameValue, unknownValue } from "../rpc/values";
import type { AwsType } from "./awsType";
import { checkInputs, isNameMadeUp, ownInputs } from "./checking";
import { Cloud } from "./cloud";
import { Enforcement } from "./enforcement";
import { answer } from "./functions";
import { Lifecycle } from "./lifecycle";
import { parseConfig, type ProviderConfig, tagsAll } from "./providerConfig";
import type { AwsProviderSettings } from "./settings";
import { awsTypes } from "./types";

export class AwsProvider implements Provider {
  readonly name = "aws";
  configReplaces = (): readonly string[] => ["region"];
  private config: ProviderConfig;
  private readonly cloud: Cloud;
  private readonly lifecycle: Lifecycle;

  constructor(
    /** The version of `@pulumi/aws` that programs use. */
    readonly version: string,
    settings: AwsProviderSettings,
    host: MachineHost,
  ) {
    this.config = { region: settings.region, defaultTags: {} };
    this.cloud = new Cloud(settings.stateFolder, () => this.region());
    this.lifecycle = new Lifecycle(this.cloud, host, new Enforcement(this.cloud, host), settings);
  }

  checkConfig(config: Properties): CheckFailure[] {
    return parseConfig(config, this.config.region).failures;
  }

  configure(config: Properties): void {
    this.config = parseConfig(config, this.config.region).config;
  }

  check(call: ResourceCall, olds: Properties, news: Properties): Promise<CheckResult> {
    const type = awsTypes.get(call.type);
    if (type !== undefined) return Promise.resolve(checkInputs(type, call.name, olds, news));
    const reason = `the lab's AWS does not know ${call.type}; it knows: ${[...awsTypes.keys()].join(", ")}`;
    return Promise.resolve({ inputs: news, failures: [{ property: "", reason }] });
  }

  diff(call: ResourceCall, _id: string, olds: OldState, news: Properties): Promise<DiffResult> {
    const type = typeOf(call);
    const inputs = revealAll(news);
    const replaces = [
      ...(type.replaces ?? []),
      ...(type.alsoReplaces?.(inputs, revealAll(olds.inputs)) ?? []),
    ];
    // A default that the provider did not know when the resource was made is no change of it.
    const before = { ...type.defaults, ...ownInputs(revealAll(olds.inputs)) };
    const found = changes(before, ownInputs(inputs)).map((change) => ({
      ...change,
      replaces: replaces.some((name) => isAtOrBelow(change.path, name) || isAtOrBelow(name, change.path)),
    }));
    if (type.inputs["tags"] !== undefined) {
      const tagsBefore = map(revealAll(olds.outputs), "tagsAll");
      const tagged = changes({ tagsAll: tagsBefore }, { tagsAll: tagsAll(this.config, inputs) });
      found.push(...tagged.map((change) => ({ ...change, replaces: false })));
    }
    const replaced = found.some((change) => change.replaces);
    return Promise.resolve({
      changes: found,
      deleteBeforeReplace: replaced && mustDeleteFirst(type, olds, news),
    });
  }

  async create(call: ResourceCall, inputs: Properties, preview: boolean): Promise<Created> {
    const type = typeOf(call);
    const desired = this.desired(type, inputs);
    if (preview) return { id: "", outputs: this.foreseen(inputs, desired, type.computed) };
    const { id, outputs } = await this.lifecycle.create(type, desired, call);
    return { id, outputs: withMarks(inputs, outputs) };
  }

  async update(
    call: ResourceCall,
    id: string,
    olds: OldState,
    news: Properties,
    preview: boolean,
  ): Promise<Properties> {
    const type = typeOf(call);
    const desired = this.desired(type, news);
    if (!preview) return withMarks(news, await this.lifecycle.update(type, id, desired, call));
    const before = revealAll(olds.inputs);
    const unsettled = Object.entries(type.changesWith ?? {})
      .filter(([, causes]) => causes.some((name) => !sameValue(before[name], desired[name])))
      .map(([output]) => output);
    return { ...olds.outputs, ...this.foreseen(news, desired, unsettled) };
  }

  async read(
    call: ResourceCall,
    id: string,
    state: Properties,
    inputs: Properties,
  ): Promise<Properties | undefined> {
    const type = typeOf(call);
    const found = await this.lifecycle.read(type, id);
    return found === undefined ? undefined : { ...state, ...withMarks({ ...state, ...inputs }, found) };
  }

  async delete(call: ResourceCall, id: string): Promise<void> {
    await this.lifecycle.delete(typeOf(call), id, call);
  }

  async invoke(token: string, args: Properties): Promise<Properties> {
    return this.cloud.look((account) => answer(token, args, account));
  }

  /** The inputs as AWS receives them: secrets revealed, with the region and all tags. */
  private desired(type: AwsType, inputs: Properties): Properties {
    const revealed = ownInputs(revealAll(inputs));
    const tags = type.inputs["tags"] === undefined ? {} : { tagsAll: tagsAll(this.config, revealed) };
    const region =
      type.token.startsWith("aws:iam/") || type.token.startsWith("aws:route53/")
        ? {}
        : { region: this.region() };
    return { ...region, ...revealed, ...tags };
  }

  /** Outputs in a preview: the requested values, and unknown for those that only AWS decides. */
  private foreseen(inputs: Properties, desired: Properties, unknown: readonly string[]): Properties {
    const undecided = unknown.filter((name) => desired[name] === undefined || containsUnknown(desired[name]));
    return withMarks(inputs, {
      ...desired,
      ...Object.fromEntries(undecided.map((name) => [name, unknownValue])),
    });
  }

  private region(): string {
    if (this.config.region !== undefined) return this.config.region;
    throw new Error("Missing region information: set `aws:region` on the stack, or AWS_REGION");
  }
}

function typeOf(call: ResourceCall): AwsType {
  const type = awsTypes.get(call.type);
  if (type === undefined) throw new Error(`the lab's AWS does not know ${call.type}`);
  return type;
}

/** Outputs in which each secret input has the program's secret mark again. */
function withMarks(inputs: Properties, outputs: Properties): Properties {
  const revealed = revealAll(inputs);
  return Object.fromEntries(
    Object.entries(outputs).map(([name, value]) => {
      const marked = inputs[name];
      return [name, marked !== undefined && sameValue(revealed[name], value) ? marked : value];
    }),
  );
}

/** True when the old resource must go first: AWS keys some types by name, and the program chose the same name. */
function mustDeleteFirst(type: AwsType, olds: OldState, news: Properties): boolean {
  const { autoName } = type;
  if (autoName === undefined || news[autoName] === undefined || isNameMadeUp(type, news)) return false;
  return sameValue(revealAll(olds.inputs)[autoName], revealAll(news)[autoName]);
}
