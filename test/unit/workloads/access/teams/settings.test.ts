import assert from "node:assert/strict";
import fc from "fast-check";
import { teamChecks } from "../../../../../workloads/access/teams/checks";
import { namespacesOf, teams as teamsSchema } from "../../../../../workloads/access/teams/settings";
import { parseSettings } from "../../../../../workloads/config";
import { deploy } from "../../../../support/workloads/mocks";
import { refusalOf } from "../../../../support/workloads/refusal";
import { twoTeams } from "../../../../support/workloads/teams/examples";

/** Problems of these teams, without the setting's namespace. */
function problemsOf(teams: unknown): string[] {
  return refusalOf({ teams })
    .split("\n")
    .slice(1)
    .map((line) => line.trim().replace("perigee-workloads:", ""));
}

describe("settings of teams", () => {
  it("are none, and none are needed", () => assert.deepEqual(parseSettings({}).teams, []));

  it("need nothing of a team but its name, which is its namespace too", () => {
    const [team] = parseSettings({ teams: [{ name: "orbits" }] }).teams;
    assert.ok(team);
    assert.deepEqual(namespacesOf(team), ["orbits"]);
    assert.deepEqual([team.podSecurity, team.pipeline, team.quota.nodePorts], ["restricted", true, 0]);
  });

  it("take all that can be set", () => assert.deepEqual(problemsOf(twoTeams), []));

  it("that are wrong are told all at once, each with what was given and what is allowed", () => {
    const label = "1 to 63 of: a-z, 0-9, -, with a letter or digit at both ends";
    const group = "a group's name: 1 to 253 characters, no space at its ends";
    const ofKubernetes =
      "groups that begin with system: or kubeadm: are Kubernetes' own: some have everybody in them, some may do everything";
    assert.deepEqual(
      problemsOf([
        { name: "Flight" },
        { namespaces: ["orbits"] },
        { name: "a", namespaces: [] },
        { name: "b", namespaces: ["kube-public", "telemetry", "default", "perigee-x", "under_score"] },
        {
          name: "c",
          groups: { edit: ["system:authenticated", "kubeadm:cluster-admins", " x", ""], admin: ["root"] },
        },
        { name: "d", podSecurity: "privileged", pipeline: "no" },
        { name: "e", quota: { cpu: 0, memoryGiB: "8Gi", pods: -1, gpus: 1, nodePorts: 1.5 } },
        { name: "f", limits: { memoryMiB: 0, max: { cpus: 2 } } },
      ]),
      [
        `teams[0].name = "Flight": ${label}`,
        "teams[1].name: is required: 1 to 63 of: a-z, 0-9, -, with a letter or digit at both ends",
        "teams[2].namespaces = []: one namespace or more",
        `teams[3].namespaces[0] = "kube-public": ${label}; names that begin with kube- or perigee- are not a team's`,
        `teams[3].namespaces[1] = "telemetry": ${label}; it is not a team's: the cluster or Perigee uses it`,
        `teams[3].namespaces[2] = "default": ${label}; it is not a team's: the cluster or Perigee uses it`,
        `teams[3].namespaces[3] = "perigee-x": ${label}; names that begin with kube- or perigee- are not a team's`,
        `teams[3].namespaces[4] = "under_score": ${label}; it is no name of a namespace`,
        `teams[4].groups.edit[0] = "system:authenticated": ${group}; ${ofKubernetes}`,
        `teams[4].groups.edit[1] = "kubeadm:cluster-admins": ${group}; ${ofKubernetes}`,
        `teams[4].groups.edit[2] = " x": ${group}; it has other characters`,
        `teams[4].groups.edit[3] = "": ${group}; it has other characters`,
        "teams[4].groups.admin: there is no such setting (allowed: view, deploy, edit)",
        'teams[5].pipeline = "no": true or false',
        'teams[5].podSecurity = "privileged": one of: restricted, baseline',
        "teams[6].quota.cpu = 0: a number above 0, at most 100000",
        'teams[6].quota.memoryGiB = "8Gi": a number above 0, at most 1000000',
        "teams[6].quota.pods = -1: a whole number from 0 to 100000",
        "teams[6].quota.nodePorts = 1.5: a whole number from 0 to 1000",
        "teams[6].quota.gpus: there is no such setting (allowed: cpu, memoryGiB, memoryLimitGiB, pods, volumes, storageGiB, nodePorts)",
        "teams[7].limits.memoryMiB = 0: a whole number from 1 to 10000000",
        "teams[7].limits.max.cpus: there is no such setting; did you mean cpu? (allowed: cpu, memoryMiB)",
      ],
    );
    assert.match(problemsOf({ name: "one" }).join(), /teams = \{"name":"one"\}: /);
  });

  it("that are wrong only together are told too", () => {
    assert.deepEqual(
      problemsOf([
        { name: "a", namespaces: ["x", "y", "x"] },
        { name: "b", namespaces: ["y"], groups: { view: ["all", "all"] } },
        { name: "a", namespaces: ["z"] },
        { name: "monitoring" },
        { name: "x" },
        {
          name: "c",
          limits: { requestCpu: 3, requestMemoryMiB: 600, memoryMiB: 500, max: { cpu: 2, memoryMiB: 400 } },
        },
        { name: "d", quota: { cpu: 0.01, memoryGiB: 0.05, memoryLimitGiB: 0.04 } },
      ]),
      [
        'teams[2].name = "a": teams[0] has that name already',
        'teams[0].namespaces[2] = "x": the team has that namespace already',
        'teams[1].namespaces[0] = "y": the team a has that namespace: one namespace, one team',
        'teams[4].name = "x": the team a has that namespace: one namespace, one team',
        'teams[1].groups.view[1] = "all": is in the list already',
        "teams[3].name = \"monitoring\": is the team's namespace too, and it is not a team's: the cluster or Perigee uses it",
        "teams[5].limits.requestMemoryMiB = 600: at most `limits.memoryMiB`, which is 500",
        "teams[5].limits.memoryMiB = 500: at most `limits.max.memoryMiB`, which is 400",
        "teams[5].limits.requestCpu = 3: at most `limits.max.cpu`, which is 2",
        "teams[5].quota.cpu = 2: at least `limits.requestCpu`, which is 3",
        "teams[6].quota.cpu = 0.01: at least `limits.requestCpu`, which is 0.05",
        "teams[6].quota.memoryGiB = 0.05: at least `limits.requestMemoryMiB` in GiB, which is 0.0625",
        "teams[6].quota.memoryLimitGiB = 0.04: at least `quota.memoryGiB`, which is 0.05",
        "teams[6].quota.memoryLimitGiB = 0.04: at least `limits.memoryMiB` in GiB, which is 0.25",
      ],
    );
  });

  it("take no namespace that this program makes", async () => {
    const { resources } = await deploy({});
    const own = resources
      .filter(({ type }) => type === "kubernetes:core/v1:Namespace")
      .map(({ name }) => name);
    assert.ok(own.length >= 2);
    for (const name of own) {
      assert.match(problemsOf([{ name: "a", namespaces: [name] }]).join(), /is not a team's/);
    }
  });

  it("name every second team of a namespace, whatever the order", () => {
    const names = fc.array(fc.constantFrom("p", "q", "r", "s"), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(fc.array(names, { maxLength: 5 }), (lists) => {
        const teams = lists.map((namespaces, index) => ({ name: `team-${index}`, namespaces }));
        const all = lists.flat();
        assert.equal(teamChecks(teamsSchema.parse(teams)).length, all.length - new Set(all).size);
      }),
    );
  });
});
