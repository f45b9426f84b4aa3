import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { stepInput } from "../../../../infra/kubeadm/step";
import { type NodeFile, type Upkeep, upkeepStep } from "../../../../infra/kubeadm/upkeep";
import { MachineRoot, type ScriptRunResult } from "../../../support/infra/scriptRun";

describe("the upkeep of a machine", () => {
  let root: MachineRoot;
  beforeEach(() => {
    root = new MachineRoot();
    root.write("/opt/perigee/prepare.sh", "#!/bin/sh\n", 0o755);
  });
  afterEach(() => root.remove());

  const script: NodeFile = { path: "/opt/perigee/backup.sh", content: "#!/bin/sh\necho 'é'\n", mode: "0755" };
  const upkeep: Upkeep = {
    packages: ["age"],
    files: [script, { path: "/etc/systemd/system/x.timer", content: "[Timer]\n" }],
    units: ["x.timer"],
    metrics: "/var/lib/perigee/metrics/x.prom",
  };

  async function run(
    verb: "keep" | "take-away",
    given: Upkeep = upkeep,
    programs: Record<string, string> = {},
  ): Promise<ScriptRunResult> {
    const files = given.files.map((file) => {
      const { path, ...rest } = file as NodeFile;
      return { path: root.at(path), ...rest };
    });
    const { inputs = {} } = upkeepStep({ ...given, files, metrics: root.at(given.metrics ?? "") });
    const known = await new Promise<Record<string, string>>((resolve) =>
      pulumi.output(inputs).apply((values) => resolve(values)),
    );
    return root.run(stepInput("upkeep", { NODE_NAME: "n", ...known }), {
      arguments: [verb, "600"],
      programs: { "cloud-init": "", "apt-get": "", "dpkg-query": "echo installed", sleep: "", ...programs },
    });
  }
  const systemctl = ({ calls }: ScriptRunResult): string[] =>
    calls.filter((call) => call.startsWith("systemctl ")).map((call) => call.slice("systemctl ".length));

  it("is what the step says: content and mode of each file, and its units started", async () => {
    const said = await run("keep");
    assert.equal(said.status, 0, said.stderr);
    assert.equal(root.read(script.path), script.content);
    assert.deepEqual(systemctl(said), ["daemon-reload", "enable --quiet x.timer", "restart x.timer"]);
  });

  it("changes nothing where everything is there, and starts a unit that somebody stopped", async () => {
    await run("keep");
    const said = await run("keep");
    assert.deepEqual(systemctl(said), ["enable --quiet x.timer", "start x.timer"]);
    assert.equal(said.stdout, "");
  });

  it("changes nothing when the check refuses, and says why", async () => {
    const said = await run("keep", { ...upkeep, check: "echo 'the interval is too short' >&2; false" });
    assert.equal(said.status, 1);
    assert.match(said.stderr, /^the interval is too short$/m);
    assert.deepEqual(systemctl(said), []);
    assert.ok(!root.has(script.path), "nothing of what was refused stays");
  });

  it("installs only the packages that are missing", async () => {
    const present = await run("keep");
    assert.ok(!present.calls.some((call) => call.startsWith("apt-get ")));
    const missing = await run("keep", upkeep, { "dpkg-query": "exit 1" });
    assert.equal(missing.status, 0, missing.stderr);
    assert.ok(
      missing.calls.some((call) => /^apt-get .* install .* age$/.test(call)),
      missing.calls.join("\n"),
    );
  });

  it("is over with the resource: units stopped, files gone, nothing else touched", async () => {
    await run("keep");
    root.write("/opt/perigee/other.sh", "").write("/var/lib/perigee/metrics/x.prom", "x 1\n");
    const said = await run("take-away");
    assert.equal(said.status, 0, said.stderr);
    assert.deepEqual(systemctl(said), [
      "disable --now --quiet x.timer",
      "stop --quiet x.service",
      "daemon-reload",
    ]);
    assert.ok(
      !root.has(script.path) &&
        !root.has("/var/lib/perigee/metrics/x.prom") &&
        root.has("/opt/perigee/other.sh"),
    );
  });
});
