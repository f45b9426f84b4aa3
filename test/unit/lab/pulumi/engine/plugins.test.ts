import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { choosePlugin, type PluginQuestion } from "../../../../../lab/pulumi/engine/plugins";

describe("the plugin of a lab", () => {
  let folder: string;
  let said: string[];
  const question = (path: string): PluginQuestion => ({
    name: "kubernetes",
    // The CLI is only asked to install a plugin, which fails.
    cli: { pulumi: "/bin/false", folders: [], origin: "" },
    environment: { PATH: path, PULUMI_HOME: folder },
    machines: "systemd",
    progress: (line) => said.push(line),
  });
  const released = (): string => join(folder, "released");
  beforeEach(async () => {
    said = [];
    folder = await mkdtemp(join(tmpdir(), "perigee-plugin-"));
    await mkdir(released());
    const program = join(released(), "pulumi-resource-kubernetes");
    await writeFile(program, "#!/bin/sh\n");
    await chmod(program, 0o755);
  });
  afterEach(() => rm(folder, { recursive: true }));

  it("stays the stand-in, whatever comes to PATH later: their states are not alike", async () => {
    assert.equal(await choosePlugin(question("/nowhere")), "stand-in");
    assert.equal(await choosePlugin(question(released())), "stand-in");
    assert.equal(said.length, 1, said.join("\n"));
  });

  it("that was on PATH is missed when it is gone, with the way out", async () => {
    assert.equal(await choosePlugin(question(released())), "path");
    assert.equal(await choosePlugin(question(released())), "path");
    assert.deepEqual(said, [`kubernetes plugin: ${join(released(), "pulumi-resource-kubernetes")}`]);
    await assert.rejects(
      choosePlugin(question("/nowhere")),
      /made with \/.*\/released\/pulumi-resource-kubernetes, and PATH has no[^]*make down && make up/,
    );
  });

  it("that was installed is not changed for one that comes to PATH", async () => {
    await writeFile(join(folder, "kubernetes-plugin"), "installed");
    assert.equal(await choosePlugin(question("/nowhere")), "installed");
    await assert.rejects(
      choosePlugin(question(released())),
      /made with the released plugin, and PATH has \/.*\/released\/pulumi-resource-kubernetes now/,
    );
  });
});
