/** One handler for each call of the engine's provider protocol, over a `Provider`. */
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { changes, isAtOrBelow } from "./diff";
import type { EngineLog } from "./engineLog";
import { ended, tracked } from "./lifetime";
import { checkResponse, diffResponse, fromStruct, toStruct } from "./messages";
import type { OldState, Provider, ResourceCall } from "./provider";
import { revealAll } from "./values";

interface ResourceRequest {
  getUrn(): string;
  getTimeout?(): number;
}

export class Handlers {
  constructor(
    private readonly provider: Provider,
    private readonly log: EngineLog,
  ) {}

  getSchema(): messages.GetSchemaResponse {
    const response = new messages.GetSchemaResponse();
    response.setSchema(JSON.stringify({ name: this.provider.name, version: this.provider.version }));
    return response;
  }

  getPluginInfo(): PluginInfo {
    const info = new PluginInfo();
    info.setVersion(this.provider.version);
    return info;
  }

  checkConfig(request: messages.CheckRequest): messages.CheckResponse {
    const news = fromStruct(request.getNews());
    return checkResponse(news, this.provider.checkConfig(revealAll(news)));
  }

  diffConfig(request: messages.DiffRequest): messages.DiffResponse {
    const { inputs } = oldState(request, request.getOlds());
    const [olds, news] = [revealAll(inputs), revealAll(fromStruct(request.getNews()))];
    const found = changes(olds, news);
    const replacing = this.provider.configReplaces(olds, news);
    const replaces = ({ path }: { path: string }) => replacing.some((name) => isAtOrBelow(path, name));
    return diffResponse({
      changes: found.map((change) => ({ ...change, replaces: replaces(change) })),
      deleteBeforeReplace: false,
    });
  }

  configure(request: messages.ConfigureRequest): messages.ConfigureResponse {
    this.provider.configure(revealAll(fromStruct(request.getArgs())));
    const response = new messages.ConfigureResponse();
    response.setAcceptsecrets(true);
    response.setSupportspreview(true);
    // References to resources and outputs with dependencies arrive as ids and plain values.
    response.setAcceptresources(false);
    response.setAcceptoutputs(false);
    return response;
  }

  async invoke(request: messages.InvokeRequest): Promise<messages.InvokeResponse> {
    const response = new messages.InvokeResponse();
    const outputs = await this.provider.invoke(request.getTok(), revealAll(fromStruct(request.getArgs())));
    response.setReturn(toStruct(outputs));
    return response;
  }

  async check(request: messages.CheckRequest): Promise<messages.CheckResponse> {
    const { inputs, failures } = await this.provider.check(
      this.call(request),
      fromStruct(request.getOlds()),
      fromStruct(request.getNews()),
    );
    return checkResponse(inputs, failures);
  }

  async diff(request: messages.DiffRequest): Promise<messages.DiffResponse> {
    const olds = oldState(request, request.getOlds());
    const news = fromStruct(request.getNews());
    return diffResponse(await this.provider.diff(this.call(request), request.getId(), olds, news));
  }

  async create(request: messages.CreateRequest): Promise<messages.CreateResponse> {
    const inputs = fromStruct(request.getProperties());
    const created = await tracked(this.provider.create(this.call(request), inputs, request.getPreview()));
    const response = new messages.CreateResponse();
    response.setId(created.id);
    response.setProperties(toStruct(created.outputs));
    return response;
  }

  async read(request: messages.ReadRequest): Promise<messages.ReadResponse> {
    const inputs = fromStruct(request.getInputs());
    const state = fromStruct(request.getProperties());
    const found = await this.provider.read(this.call(request), request.getId(), state, inputs);
    const response = new messages.ReadResponse();
    if (found === undefined) return response;
    response.setId(request.getId());
    response.setProperties(toStruct(found));
    response.setInputs(toStruct(inputs));
    return response;
  }

  async update(request: messages.UpdateRequest): Promise<messages.UpdateResponse> {
    const olds = oldState(request, request.getOlds());
    const news = fromStruct(request.getNews());
    const preview = request.getPreview();
    const outputs = await tracked(
      this.provider.update(this.call(request), request.getId(), olds, news, preview),
    );
    const response = new messages.UpdateResponse();
    response.setProperties(toStruct(outputs));
    return response;
  }

  async delete(request: messages.DeleteRequest): Promise<Empty> {
    const state = fromStruct(request.getProperties());
    await tracked(this.provider.delete(this.call(request), request.getId(), state));
    return new Empty();
  }

  cancel(): Empty {
    ended.abort(new Error("cancelled"));
    return new Empty();
  }

  private call(request: ResourceRequest): ResourceCall {
    const urn = request.getUrn();
    const seconds = request.getTimeout?.() ?? 0;
    // A URN: urn:pulumi:<stack>::<project>::<parent types>$<type>::<name>; only the name may contain "::".
    const [, , types = "", ...name] = urn.split("::");
    const signals = seconds > 0 ? [ended.signal, AbortSignal.timeout(seconds * 1000)] : [ended.signal];
    return {
      urn,
      type: types.slice(types.lastIndexOf("$") + 1),
      name: name.join("::"),
      signal: AbortSignal.any(signals),
      log: this.log.forResource(urn),
    };
  }
}

function oldState(
  request: { getOldInputs(): Parameters<typeof fromStruct>[0] },
  outputs: Parameters<typeof fromStruct>[0],
): OldState {
  return { inputs: fromStruct(request.getOldInputs()), outputs: fromStruct(outputs) };
}
