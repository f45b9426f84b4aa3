import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { promisify } from "node:util";
import { parse } from "yaml";
import { repositoryRoot } from "../../../settings/repositoryRoot";
import type { AskedApi, Person } from "../../support/workloads/teams/askedAs";
import { type Role, type Row, specification, verbsOf } from "../../support/workloads/teams/specification";
import {
  account,
  core,
  deployer,
  editor,
  kubernetesProgram,
  member,
  messageOf,
  TeamsCluster,
  viewer,
} from "./teamsCluster";

/** Everywhere that is asked about; the empty one is the cluster as a whole. */
const places = ["orbits", "orbits-test", "payload", "kube-system", ""] as const;
type Place = (typeof places)[number];

interface Case {
  readonly who: string;
  readonly person: Person;
  /** The role in some places; in all others nothing is allowed. */
  readonly role?: Role;
  readonly where: readonly Place[];
}

const cases: readonly Case[] = [
  { who: "a viewer", person: viewer, role: "view", where: ["orbits", "orbits-test"] },
  { who: "a deployer", person: deployer, role: "deploy", where: ["orbits", "orbits-test"] },
  { who: "an editor", person: editor, role: "edit", where: ["orbits", "orbits-test"] },
  { who: "another team's editor", person: member("payload-leads"), role: "edit", where: ["payload"] },
  { who: "a pipeline", person: account("orbits", "pipeline"), role: "deploy", where: ["orbits"] },
  { who: "a pod", person: account("orbits", "default"), where: [] },
  { who: "somebody of no team", person: member("strangers"), where: [] },
];

/** What stands in a specification and what the API server says, where they differ. */
async function differences(api: AskedApi, { person, role, where }: Case, row: Row): Promise<string[]> {
  const { group, resource, subresource, name } = row;
  const questions = places.flatMap((place) => verbsOf(row).map((verb) => ({ place, verb })));
  const answers = questions.map(async ({ place, verb }) => {
    const expected = role !== undefined && where.includes(place) && row.verbs[role].includes(verb);
    const given = await api.may(person, {
      ...{ namespace: place, verb, group, resource },
      ...(subresource !== undefined && { subresource }),
      ...(name !== undefined && { name }),
    });
    const what = [group, resource, subresource, name].filter(Boolean).join("/");
    return given === expected ? [] : [`${verb} ${what} in "${place}": ${given ? "allowed" : "refused"}`];
  });
  return (await Promise.all(answers)).flat();
}

/** Needs the API server that the lab runs: `make toolchain` builds it, `make up` too. */
(kubernetesProgram("kube-apiserver") ? describe : describe.skip)(
  "roles of teams on a real API server",
  function () {
    this.timeout(600_000);
    let cluster: TeamsCluster;
    before(async () => (cluster = await TeamsCluster.up()));
    after(() => cluster.stop());

    describe("who may do what", () => {
      for (const each of cases) {
        it(`${each.who}: ${each.role ?? "nothing"} in ${each.where.join(", ") || "no namespace"}, nothing elsewhere`, async () => {
          const found: string[] = [];
          for (const row of specification) found.push(...(await differences(cluster.api, each, row)));
          assert.deepEqual(found, []);
        });
      }

      it("is what requests meet, too: Secrets for editors alone, logs for all, workloads for deployers", async () => {
        const secret = { metadata: { name: "key" }, stringData: { key: "hidden" } };
        const [secrets, configMaps] = [core("orbits", "secrets"), core("orbits", "configmaps")];
        await cluster.answers(403, "POST", secrets, secret, deployer);
        await cluster.answers(201, "POST", secrets, secret, editor);
        await cluster.answers(403, "GET", `${secrets}/key`, undefined, deployer);
        await cluster.answers(200, "GET", `${secrets}/key`, undefined, editor);
        await cluster.answers(200, "GET", configMaps, undefined, viewer);
        const map = { metadata: { name: "settings" }, data: { a: "1" } };
        await cluster.answers(403, "POST", configMaps, map, viewer);
        await cluster.answers(201, "POST", configMaps, map, deployer);
      });

      it("cannot be raised by an editor: no role is bound, no quota, label or ServiceAccount's right changed", async () => {
        const rbac = "/apis/rbac.authorization.k8s.io/v1/namespaces/orbits";
        const roleRef = {
          apiGroup: "rbac.authorization.k8s.io",
          kind: "ClusterRole",
          name: "perigee-team-view",
        };
        const binding = { metadata: { name: "mine" }, roleRef };
        for (const [method, path, body] of [
          ["POST", `${rbac}/rolebindings`, binding],
          ["DELETE", `${rbac}/rolebindings/perigee-edit`, undefined],
          ["PATCH", core("orbits", "resourcequotas/perigee"), { spec: { hard: { pods: "999" } } }],
          ["DELETE", core("orbits", "limitranges/perigee"), undefined],
          ["PATCH", "/api/v1/namespaces/orbits", { metadata: { labels: { a: "b" } } }],
          ["DELETE", "/api/v1/namespaces/orbits", undefined],
        ] as const) {
          assert.equal((await cluster.api.ask(method, path, body, editor)).status, 403, `${method} ${path}`);
        }
        // An editor may not act as others: the impersonating request is the editor's own then.
        assert.equal(
          await cluster.api.may(editor, {
            verb: "impersonate",
            resource: "serviceaccounts",
            namespace: "orbits",
            name: "pipeline",
          }),
          false,
        );
      });
    });

    describe("a pipeline's credential", () => {
      const tokens = core("orbits", "serviceaccounts/pipeline/token");
      const ask = (expirationSeconds: number, person?: Person) =>
        cluster.api.ask("POST", tokens, { spec: { expirationSeconds } }, person);

      it("is made by an editor, for hours, and does what deploy may in its namespace", async () => {
        assert.equal((await ask(3600, deployer)).status, 403);
        assert.equal((await ask(3600, account("orbits", "pipeline"))).status, 403, "it cannot renew itself");
        const made = await ask(3600, editor);
        assert.equal(made.status, 201);
        const { token } = made.body["status"] as { token: string };
        const as = (method: string, path: string, body?: object) =>
          cluster.api.askWithToken(token, method, path, body);
        const deployments = (namespace: string) => `/apis/apps/v1/namespaces/${namespace}/deployments`;
        assert.equal((await as("GET", deployments("orbits"))).status, 200);
        assert.equal(
          (await as("POST", core("orbits", "configmaps"), { metadata: { name: "by-pipeline" } })).status,
          201,
        );
        assert.equal((await as("GET", core("orbits", "secrets"))).status, 403);
        assert.equal((await as("GET", deployments("orbits-test"))).status, 403);
      });

      it("is not made for longer than a day, not even by an administrator, nor kept in a Secret", async () => {
        for (const person of [editor, undefined]) {
          const reply = await ask(86_401, person);
          assert.match(messageOf(reply), /good for 24 hours at most/);
        }
        assert.equal((await ask(86_400, editor)).status, 201);
        const secret = {
          metadata: { name: "for-ever", annotations: { "kubernetes.io/service-account.name": "pipeline" } },
          type: "kubernetes.io/service-account-token",
        };
        await cluster.refuses(/no token without an end/, "POST", core("orbits", "secrets"), secret, editor);
      });
    });

    describe("the commands of docs/teams.md", () => {
      let folder: string;
      before(async () => (folder = await mkdtemp(join(tmpdir(), "perigee-pipeline-"))));
      after(() => rm(folder, { recursive: true, force: true }));

      /** Runs a shell script with the built kubectl, as an administrator, for the test's namespace. */
      async function shell(script: string): Promise<string> {
        const kubectl = kubernetesProgram("kubectl") ?? "";
        const kubeconfig = join(folder, "admin.kubeconfig");
        await writeFile(kubeconfig, cluster.kubeconfig, { mode: 0o600 });
        const env = {
          ...{ HOME: folder, KUBECONFIG: kubeconfig },
          PATH: [dirname(kubectl), process.env.PATH].join(delimiter),
        };
        const args = ["-c", `exec 2>&1; ${script.replaceAll("flight-dynamics", "orbits")}`];
        return promisify(execFile)("bash", args, { cwd: folder, env }).then(
          ({ stdout }) => stdout,
          (error: unknown) => (error as { stdout: string }).stdout,
        );
      }

      /** The page's shell script that has this in it. */
      const script = (part: string): string => {
        const page = readFileSync(join(repositoryRoot, "docs/teams.md"), "utf8");
        const all = [...page.matchAll(/```sh\n([\s\S]*?)\n```/g)].map(([, text = ""]) => text);
        return all.find((text) => text.includes(part)) ?? assert.fail(part);
      };

      it("try a role without its credential", async () => {
        const [mayMake = "", list = "", others = ""] = script("--as ann").split("\n");
        assert.equal(await shell(mayMake), "yes\n");
        assert.match(await shell(list), /^secrets .*\[get list watch create update patch delete\]$/m);
        assert.match(await shell(others), /forbidden: User "ann" cannot list resource "pods"/);
      });

      it("give a pipeline a kubeconfig with its token and nothing of the administrator's", async () => {
        await shell(script("create token"));
        const made = await readFile(join(folder, "pipeline.kubeconfig"), "utf8");
        const { users } = parse(made) as { users: { name: string; user: { token: string } }[] };
        assert.deepEqual(
          users.map(({ name, user }) => [name, user.token.startsWith("ey")]),
          [["pipeline", true]],
        );
        const as = (command: string) => shell(`export KUBECONFIG=$PWD/pipeline.kubeconfig; ${command}`);
        assert.match(await as("kubectl create configmap of-kubectl"), /configmap\/of-kubectl created/);
        assert.match(
          await as("kubectl get secrets"),
          /forbidden: User "system:serviceaccount:orbits:pipeline"/,
        );
      });
    });
  },
);
