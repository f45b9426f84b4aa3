/**
 * Runs a `Provider` as a Pulumi plugin: a gRPC server on the loopback interface that prints its port to stdout.
 *
 * `@pulumi/pulumi/provider` also has a server, but it does not pass to its provider the preview flag of a call, the
 * provider's own settings, the old inputs and detailed diffs, all of which a faithful stand-in needs (and loading it
 * takes twice as long, 0.5 s). This one uses the same generated protocol.
 */
import * as grpc from "@grpc/grpc-js";
import { type IResourceProviderServer, ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { EngineLog } from "./engineLog";
import { Handlers } from "./handlers";
import { type Orphaned, watchEngine } from "./lifetime";
import { listen } from "./listen";
import type { Provider } from "./provider";

/**
 * Serves the engine until it ends. The engine's address is the plugin's only positional argument.
 * @param orphaned handling of work in progress when the engine is killed
 */
export async function serve(provider: Provider, orphaned: Orphaned): Promise<void> {
  watchEngine(orphaned);
  const log = new EngineLog(process.argv.slice(2).find((argument) => !argument.startsWith("-")));
  await listen(ResourceProviderService, implementation(new Handlers(provider, log), log));
}

/** Implemented calls; the rest of the protocol returns UNIMPLEMENTED, which the engine handles. */
type Served = Pick<
  IResourceProviderServer,
  | "getSchema"
  | "getPluginInfo"
  | "checkConfig"
  | "diffConfig"
  | "configure"
  | "invoke"
  | "check"
  | "diff"
  | "create"
  | "read"
  | "update"
  | "delete"
  | "cancel"
>;

function implementation(handlers: Handlers, log: EngineLog): Served {
  return {
    getSchema: unary(log, () => handlers.getSchema()),
    getPluginInfo: unary(log, () => handlers.getPluginInfo()),
    checkConfig: unary(log, (request) => handlers.checkConfig(request)),
    diffConfig: unary(log, (request) => handlers.diffConfig(request)),
    configure: unary(log, (request) => handlers.configure(request)),
    invoke: unary(log, (request) => handlers.invoke(request)),
    check: unary(log, (request) => handlers.check(request)),
    diff: unary(log, (request) => handlers.diff(request)),
    create: unary(log, (request) => handlers.create(request)),
    read: unary(log, (request) => handlers.read(request)),
    update: unary(log, (request) => handlers.update(request)),
    delete: unary(log, (request) => handlers.delete(request)),
    cancel: unary(log, () => handlers.cancel()),
  };
}

/** gRPC handler that returns a handler's result or error; the log is flushed first, so that no line is lost. */
function unary<R, A>(log: EngineLog, handle: (request: R) => A | Promise<A>): grpc.handleUnaryCall<R, A> {
  return (call, callback) => {
    const answer = async () => {
      try {
        const response = await handle(call.request);
        await log.flush();
        callback(null, response);
      } catch (error) {
        await log.flush();
        callback({ code: grpc.status.UNKNOWN, details: describe(error) });
      }
    };
    void answer();
  };
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
