/** Two teams on a real API server, brought up by the real engine, and requests to it as their people. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parse } from "yaml";
import { defaultKubernetesVersion } from "../../../infra/versions";
import { ensureLabCharts } from "../../../lab/supply/chart/build";
import { kubernetesComponent } from "../../../lab/supply/toolchain/components";
import { builtProgram } from "../../support/builtProgram";
import { AskedApi, type Person, type Reply } from "../../support/workloads/teams/askedAs";
import { twoTeams } from "../../support/workloads/teams/examples";
import { TeamsStack } from "../../support/workloads/teams/teamsStack";
import { ApiServer } from "./apiServer";

/** A program of the default Kubernetes, or undefined where it is not built. */
export const kubernetesProgram = (name: string): string | undefined =>
  builtProgram(kubernetesComponent(defaultKubernetesVersion), name);

export const member = (...groups: readonly string[]): Person => ({
  user: "ann",
  groups: [...groups, "system:authenticated"],
});
export const viewer = member("everybody");
export const deployer = member("fd");
export const editor = member("fd-leads");
export const account = (namespace: string, name: string): Person => ({
  user: `system:serviceaccount:${namespace}:${name}`,
  groups: ["system:serviceaccounts", `system:serviceaccounts:${namespace}`, "system:authenticated"],
});

/** Paths of a namespace's objects. */
export const core = (namespace: string, rest: string): string => `/api/v1/namespaces/${namespace}/${rest}`;
export const policies = (namespace: string): string =>
  `/apis/networking.k8s.io/v1/namespaces/${namespace}/networkpolicies`;

export const messageOf = ({ body }: Reply): string => String(body["message"]);

export class TeamsCluster {
  private constructor(
    private readonly server: ApiServer,
    readonly api: AskedApi,
    readonly stack: TeamsStack,
  ) {}

  get kubeconfig(): string {
    return this.server.kubeconfig;
  }

  /** @param teams the setting, as a user writes it */
  static async up(teams: readonly object[] = twoTeams): Promise<TeamsCluster> {
    const server = await ApiServer.start(["--allow-privileged=true"]); // as kubeadm has it
    const { kubeconfig } = server;
    const cluster = new TeamsCluster(server, new AskedApi(kubeconfig), await TeamsStack.make(kubeconfig));
    await cluster.defineMonitors();
    await cluster.stack.succeed("up", teams);
    return cluster;
  }

  async stop(): Promise<void> {
    this.api.stop();
    await this.stack.remove();
    await this.server.stop();
  }

  /** Whether somebody may list the pods of a namespace. */
  maySee(person: Person, namespace: string): Promise<boolean> {
    return this.api.may(person, { verb: "list", resource: "pods", namespace });
  }

  /** A request that must have this status. */
  async answers(
    status: number,
    method: string,
    path: string,
    body?: object,
    person?: Person,
  ): Promise<Reply> {
    const reply = await this.api.ask(method, path, body, person);
    assert.equal(reply.status, status, `${method} ${path}: ${JSON.stringify(reply.body)}`);
    return reply;
  }

  /** The reply, once it has this status: quotas are counted, and guards are known, a moment after they were made. */
  async eventually(
    status: number,
    method: string,
    path: string,
    body?: object,
    person?: Person,
  ): Promise<Reply> {
    const limit = Date.now() + 60_000;
    for (;;) {
      const reply = await this.api.ask(method, path, body, person);
      if (reply.status === status) return reply;
      if (Date.now() > limit) assert.equal(reply.status, status, JSON.stringify(reply.body));
      await sleep(500);
    }
  }

  /** An object, once it is so. */
  async until(path: string, so: (object: Reply["body"]) => boolean): Promise<Reply["body"]> {
    const limit = Date.now() + 60_000;
    for (;;) {
      const { body } = await this.answers(200, "GET", path);
      if (so(body)) return body;
      assert.ok(Date.now() < limit, `${path}: ${JSON.stringify(body)}`);
      await sleep(500);
    }
  }

  /** A request that must be refused by what admission says. */
  async refuses(
    said: RegExp,
    method: string,
    path: string,
    body: object | undefined,
    person?: Person,
  ): Promise<void> {
    const reply = await this.api.ask(method, path, body, person);
    assert.match(messageOf(reply), said, JSON.stringify(reply.body));
    assert.ok([403, 422].includes(reply.status), String(reply.status));
  }

  /** The operator's own definitions, so that the guards, and examples, are asked about its real fields. */
  private async defineMonitors(): Promise<void> {
    const { definitions } = await ensureLabCharts(() => undefined);
    for (const name of ["servicemonitors", "podmonitors", "prometheusrules"]) {
      const file = join(definitions, "files", `monitoring.coreos.com_${name}.yaml`);
      const definition = parse(await readFile(file, "utf8")) as object;
      const path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
      await this.answers(201, "POST", path, definition);
    }
  }
}
