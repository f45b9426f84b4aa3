/** A real cluster, through @kubernetes/client-node. */
import { setTimeout as sleep } from "node:timers/promises";
import { ApiException, KubeConfig, KubernetesObjectApi, PatchStrategy } from "@kubernetes/client-node";
import { reasonOf } from "../../../../workloads/adoption/answer";
import type { Properties } from "../rpc/values";
import { forClient, fromClient } from "./clientNames";
import { type Applier, type Cluster, type ListQuery, RefusedError, UnreachableError } from "./cluster";
import { asProperties, described, type LiveObject, type ObjectReference } from "./kubernetesObject";

/** Time limit for one answer of the API server. */
const answerLimitMs = 20_000;
const againMs = 2_000;
/** Time limit for a newly defined kind to appear in the API server's discovery. */
const discoveryLimitMs = 30_000;

export interface LiveClusterArgs {
  readonly kubeconfig: string;
  readonly context: string | undefined;
  /** Time limit for retries while the API server does not answer. */
  readonly unreachableMs: number;
}

export class LiveCluster implements Cluster {
  private readonly api: KubernetesObjectApi;
  private readonly server: string;
  /** Stored, because otherwise each object of a dead cluster would wait for the whole time limit. */
  private unreachable: UnreachableError | undefined;

  constructor(private readonly args: LiveClusterArgs) {
    const config = loadConfig(args);
    this.api = KubernetesObjectApi.makeApiClient(config);
    this.server = config.getCurrentCluster()?.server ?? "?";
  }

  async apply(
    object: Properties,
    reference: ObjectReference,
    { fieldManager, force }: Applier,
    signal: AbortSignal,
  ): Promise<Properties> {
    const known = Date.now() + discoveryLimitMs;
    const sent = forClient(object);
    const strategy = PatchStrategy.ServerSideApply;
    for (;;) {
      try {
        return fromClient(
          asProperties(
            await this.ask(signal, () =>
              this.api.patch(sent, undefined, undefined, fieldManager, force, strategy),
            ),
          ),
        );
      } catch (error) {
        if (!(error instanceof UnknownKindError) || Date.now() > known) throw inContext(error, reference);
        await sleep(againMs, undefined, { signal });
      }
    }
  }

  async read(reference: ObjectReference, signal: AbortSignal): Promise<LiveObject | undefined> {
    try {
      const found = await this.ask(signal, () => this.api.read(header(reference)));
      return fromClient(asProperties(found)) as unknown as LiveObject;
    } catch (error) {
      if (isGone(error)) return undefined;
      throw inContext(error, reference);
    }
  }

  async delete(reference: ObjectReference, signal: AbortSignal): Promise<void> {
    try {
      await this.ask(signal, () =>
        this.api.delete(header(reference), undefined, undefined, undefined, undefined, "Foreground"),
      );
    } catch (error) {
      if (!isGone(error)) throw inContext(error, reference);
    }
  }

  async list(
    { apiVersion, kind, namespace, selector }: ListQuery,
    signal: AbortSignal,
  ): Promise<LiveObject[]> {
    const labels = Object.entries(selector)
      .map(([key, value]) => `${key}=${value}`)
      .join(",");
    const found = (await this.ask(signal, () =>
      this.api.list(apiVersion, kind, namespace, undefined, undefined, undefined, undefined, labels),
    )) as { items: LiveObject[] };
    return found.items.map((item) => ({ ...item, apiVersion, kind }));
  }

  /** Retries for a bounded time while the API server does not answer: after a restart it is back in seconds. */
  private async ask(signal: AbortSignal, question: () => Promise<unknown>): Promise<unknown> {
    if (this.unreachable !== undefined) throw this.unreachable;
    const limit = Date.now() + this.args.unreachableMs;
    for (;;) {
      signal.throwIfAborted();
      try {
        return asProperties(await within(answerLimitMs, question()));
      } catch (error) {
        const refusal = refusalOf(error);
        if (refusal !== undefined && !isOverloaded(refusal)) throw refusal;
        if (Date.now() > limit) {
          if (refusal !== undefined) throw refusal;
          this.unreachable = new UnreachableError(`${this.server}: ${reasonOf(error)}`);
          throw this.unreachable;
        }
        await sleep(againMs, undefined, { signal });
      }
    }
  }
}

/** @throws Error with the defect of the kubeconfig, without any of its content */
function loadConfig({ kubeconfig, context }: LiveClusterArgs): KubeConfig {
  const config = new KubeConfig();
  try {
    config.loadFromString(kubeconfig);
    if (context !== undefined) config.setCurrentContext(context);
  } catch {
    throw new Error("the provider's kubeconfig is no kubeconfig: it cannot be parsed");
  }
  if (config.getCurrentCluster() === null) {
    throw new Error(`the provider's kubeconfig has no cluster for its context ${config.getCurrentContext()}`);
  }
  return config;
}

class UnknownKindError extends Error {}

/** Messages for a path that is not served at all, as for the first kind of a group right after its definition. */
const unserved = /^(404 page not found|the server could not find the requested resource)/;

/** Error in the API server's response; undefined when there was no response. */
function refusalOf(error: unknown): Error | undefined {
  if (error instanceof ApiException) {
    const code = error.code;
    const body = asProperties(typeof error.body === "string" ? parsed(error.body) : error.body);
    const message = typeof body["message"] === "string" ? body["message"] : `answer ${code}`;
    if (code === 404 && unserved.test(message)) return new UnknownKindError(message);
    const hint = code === 401 ? " (the kubeconfig's credentials are not accepted)" : "";
    return new RefusedError(code, `${message}${hint}`);
  }
  if (error instanceof Error && error.message.startsWith("Unrecognized API version and kind")) {
    return new UnknownKindError(error.message);
  }
  return undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return { message: text };
  }
}

/** True for temporary refusals: too many requests, and an API server that is starting or stopping. */
function isOverloaded(error: Error): boolean {
  return error instanceof RefusedError && [429, 502, 503, 504].includes(error.code);
}

/** True when the object, or its kind, is gone. */
function isGone(error: unknown): boolean {
  return error instanceof UnknownKindError || (error instanceof RefusedError && error.code === 404);
}

function inContext(error: unknown, reference: ObjectReference): unknown {
  if (error instanceof UnknownKindError) {
    return new Error(`${described(reference)}: the cluster has no such kind (${reference.apiVersion})`);
  }
  return error instanceof RefusedError
    ? new RefusedError(error.code, `${described(reference)}: ${error.message}`)
    : error;
}

function header({ apiVersion, kind, name, namespace }: ObjectReference): {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string };
} {
  return { apiVersion, kind, metadata: { name, ...(namespace !== undefined && { namespace }) } };
}

async function within<T>(milliseconds: number, answer: Promise<T>): Promise<T> {
  const late = new AbortController();
  const timer = sleep(milliseconds, undefined, { signal: late.signal, ref: false }).then(() => {
    throw new Error(`no answer within ${milliseconds / 1000} s`);
  });
  try {
    return await Promise.race([answer, timer]);
  } finally {
    late.abort();
    timer.catch(() => undefined);
  }
}
