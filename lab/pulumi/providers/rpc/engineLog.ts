/** Sends messages to the engine, which shows them beside the resource they belong to. */
import * as grpc from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";
import type { ResourceLog } from "./provider";

export class EngineLog {
  private readonly engine: EngineClient | undefined;
  /** Messages are sent one after the other, so that lines keep their order. */
  private queue: Promise<void> = Promise.resolve();

  constructor(address: string | undefined) {
    this.engine =
      address === undefined ? undefined : new EngineClient(address, grpc.credentials.createInsecure());
  }

  forResource(urn: string): ResourceLog {
    return {
      status: (message) => this.send(urn, LogSeverity.INFO, message, true),
      warn: (message) => this.send(urn, LogSeverity.WARNING, message, false),
      error: (message) => this.send(urn, LogSeverity.ERROR, message, false),
    };
  }

  /** Waits until all messages so far have reached the engine (if the engine is gone, they are dropped). */
  async flush(): Promise<void> {
    await this.queue;
  }

  private send(urn: string, severity: LogSeverity, message: string, ephemeral: boolean): void {
    const { engine } = this;
    if (engine === undefined) return;
    const request = new LogRequest();
    request.setUrn(urn);
    request.setSeverity(severity);
    request.setMessage(message);
    request.setEphemeral(ephemeral);
    this.queue = this.queue.then(() => new Promise<void>((resolve) => engine.log(request, () => resolve())));
  }
}
