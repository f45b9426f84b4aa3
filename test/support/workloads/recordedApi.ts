/**
 * The part of an API server that stack 2's program itself asks: namespaces, and Helm's records, which are Secrets. It
 * answers from what the Kubernetes stand-in has written down, over HTTP, so that the program's real client is used.
 */
import { readFile, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Recorded } from "../../../lab/pulumi/providers/kubernetes/recordedCluster";
import type { RecordedRevisions } from "../../../lab/pulumi/providers/kubernetes/recordedReleases";
import { kubeconfigOf } from "./kubeconfig";

export class RecordedApi {
  private readonly server: Server = createServer((request, response) => void this.serve(request, response));

  private constructor(private readonly stateFolder: string) {}

  static async start(stateFolder: string): Promise<RecordedApi> {
    const api = new RecordedApi(stateFolder);
    await new Promise<void>((resolve) => api.server.listen(0, "127.0.0.1", resolve));
    return api;
  }

  /** @param token stands for whatever in a kubeconfig is secret */
  kubeconfig(token: string): string {
    const { port } = this.server.address() as AddressInfo;
    return kubeconfigOf(`http://127.0.0.1:${port}`, token);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://recorded");
    const answer = await this.answer(request.method ?? "", url);
    response.writeHead(answer === undefined ? 404 : 200, { "content-type": "application/json" });
    const gone = { kind: "Status", apiVersion: "v1", status: "Failure", reason: "NotFound", code: 404 };
    response.end(JSON.stringify(answer ?? gone));
  }

  private async answer(method: string, { pathname, searchParams }: URL): Promise<object | undefined> {
    const [, namespace = "", secret] =
      /^\/api\/v1\/namespaces\/([^/]+)(?:\/secrets(?:\/([^/]+))?)?$/.exec(pathname) ?? [];
    if (!pathname.includes("/secrets")) return this.namespace(namespace);
    if (method === "DELETE" && secret !== undefined) return this.removeRevision(namespace, secret);
    const name = /(?:^|,)name=([^,]+)/.exec(searchParams.get("labelSelector") ?? "")?.[1] ?? "";
    const revisions = (await this.revisions())[`${namespace}/${name}`] ?? [];
    return {
      apiVersion: "v1",
      kind: "SecretList",
      items: revisions.map(({ revision, status }) => ({
        metadata: {
          name: secretName(name, revision),
          labels: { owner: "helm", name, status, version: String(revision) },
        },
      })),
    };
  }

  private async namespace(name: string): Promise<object | undefined> {
    const text = await readFile(join(this.stateFolder, "kubernetes.json"), "utf8").catch(() => "{}");
    return (JSON.parse(text) as Partial<Recorded>).objects?.[`Namespace ${name}`];
  }

  private async removeRevision(namespace: string, secret: string): Promise<object | undefined> {
    const recorded = await this.revisions();
    const [, name = "", revision] = /^sh\.helm\.release\.v1\.(.+)\.v(\d+)$/.exec(secret) ?? [];
    const key = `${namespace}/${name}`;
    const left = (recorded[key] ?? []).filter((each) => each.revision !== Number(revision));
    if (left.length > 0) recorded[key] = left;
    else delete recorded[key];
    await writeFile(this.file, JSON.stringify(recorded));
    return { kind: "Status", apiVersion: "v1", status: "Success" };
  }

  private get file(): string {
    return join(this.stateFolder, "helm.json");
  }

  private async revisions(): Promise<RecordedRevisions> {
    const text = await readFile(this.file, "utf8").catch(() => "{}");
    return JSON.parse(text) as RecordedRevisions;
  }
}

const secretName = (release: string, revision: number): string =>
  `sh.helm.release.v1.${release}.v${revision}`;
