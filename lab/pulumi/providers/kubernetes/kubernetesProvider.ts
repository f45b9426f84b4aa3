/**
 * The lab's Kubernetes provider: `pulumi-resource-kubernetes` where the released one cannot be installed. It covers
 * the needs of this project's second stack, with the released one's names, IDs and replacement rules.
 */
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
import { containsUnknown, type Properties, revealAll, text } from "../rpc/values";
import { UnreachableError } from "./cluster";
import type { Connect, Connection } from "./connection";
import { objectKind } from "./objectKind";
import { parseConfig, type ProviderConfig, replacingSettings } from "./providerConfig";
import { releaseKind, releaseType } from "./releaseKind";
import type { Context, ResourceKind } from "./resourceKind";
import { withMarksOf, withSecretData } from "./secrets";
import type { KubernetesProviderSettings } from "./settings";

export class KubernetesProvider implements Provider {
  readonly name = "kubernetes";
  readonly configReplaces = replacingSettings;

  private config: ProviderConfig = parseConfig({}).config;
  private connection: Connection | undefined;

  constructor(
    readonly version: string,
    private readonly settings: Pick<KubernetesProviderSettings, "deleteUnreachable" | "patchForce">,
    private readonly connect: Connect,
  ) {}

  checkConfig(config: Properties): CheckFailure[] {
    return parseConfig(config).failures;
  }

  configure(config: Properties): void {
    this.config = parseConfig(config, this.settings.patchForce).config;
    this.connection = undefined;
  }

  check(call: ResourceCall, olds: Properties, news: Properties): Promise<CheckResult> {
    const kind = kindOf(call);
    const inputs = kind.complete(call, olds, withoutNulls(news));
    return Promise.resolve({ inputs, failures: kind.failures(revealAll(inputs)) });
  }

  diff(call: ResourceCall, _id: string, olds: OldState, news: Properties): Promise<DiffResult> {
    const kind = kindOf(call);
    const before = revealAll(olds.inputs);
    const now = revealAll(news);
    const replacing = kind.replacing(now);
    const state = revealAll(olds.outputs);
    const real = changes(before, now).filter(({ path }) => kind.isChanged(state, path, now));
    const found = real.map((change) => ({
      ...change,
      replaces: replacing.some((path) => isAtOrBelow(change.path, path) || isAtOrBelow(path, change.path)),
    }));
    const isReplaced = found.some(({ replaces }) => replaces);
    return Promise.resolve({
      changes: found,
      deleteBeforeReplace: isReplaced && kind.hasSameName(before, now),
    });
  }

  async create(call: ResourceCall, inputs: Properties, preview: boolean): Promise<Created> {
    const kind = kindOf(call);
    const revealed = revealAll(inputs);
    if (preview || containsUnknown(revealed)) {
      return { id: "", outputs: marked(inputs, kind.foreseen(revealed)) };
    }
    const { id, outputs } = await kind.create(this.context(call), revealed);
    return { id, outputs: marked(inputs, outputs) };
  }

  async update(
    call: ResourceCall,
    _id: string,
    olds: OldState,
    news: Properties,
    preview: boolean,
  ): Promise<Properties> {
    const kind = kindOf(call);
    const revealed = revealAll(news);
    if (preview) return { ...olds.outputs, ...marked(news, kind.foreseen(revealed)) };
    return marked(news, await kind.update(this.context(call), revealed, revealAll(olds.outputs)));
  }

  async read(
    call: ResourceCall,
    _id: string,
    state: Properties,
    inputs: Properties,
  ): Promise<Properties | undefined> {
    try {
      const found = await kindOf(call).read(this.context(call), revealAll(state));
      return found === undefined ? undefined : marked({ ...state, ...inputs }, found);
    } catch (error) {
      // A refresh may give up any resource, Helm releases too.
      this.giveUp(call, error);
      return undefined;
    }
  }

  async delete(call: ResourceCall, _id: string, state: Properties): Promise<void> {
    try {
      await kindOf(call).delete(this.context(call), revealAll(state));
    } catch (error) {
      // A delete never gives up Helm releases, whatever the settings.
      if (call.type === releaseType && error instanceof UnreachableError) {
        const message = `can't delete Helm Release with unreachable cluster. Reason: "${error.reason}"`;
        throw new Error(message, { cause: error });
      }
      this.giveUp(call, error);
    }
  }

  /** @throws the error, unless the cluster cannot be reached and the settings treat that as gone */
  private giveUp(call: ResourceCall, error: unknown): void {
    const isGone = this.config.deleteUnreachable ?? this.settings.deleteUnreachable;
    if (!(error instanceof UnreachableError) || !isGone) throw error;
    call.log.warn("the cluster cannot be reached: taken out of the state without being deleted");
  }

  invoke(token: string): Promise<Properties> {
    throw new Error(`the lab's Kubernetes provider does not answer ${token}`);
  }

  private context(call: ResourceCall): Context {
    this.connection ??= this.connect(this.config);
    return { call, config: this.config, connection: this.connection };
  }
}

/** @throws Error for types of the released provider that are not objects: charts, directories of YAML */
function kindOf({ type }: ResourceCall): ResourceKind {
  if (type === releaseType) return releaseKind;
  if (/^kubernetes:(helm\.sh|yaml|kustomize)\//.test(type)) {
    throw new Error(`the lab's Kubernetes provider does not know ${type}; of Helm it knows ${releaseType}`);
  }
  return objectKind;
}

/** Outputs with all secrets marked: those of the kind, and those that were secret in the inputs. */
function marked(inputs: Properties, outputs: Properties): Properties {
  return withMarksOf(inputs, withSecretData(text(outputs, "kind"), outputs));
}

function withoutNulls(properties: Properties): Properties {
  return Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== null));
}
