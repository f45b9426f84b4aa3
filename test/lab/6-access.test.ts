/** People by an identity provider: it comes to a cluster that runs, they are who it says, and it goes again. */
import { strict as assert } from "node:assert";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { parse, stringify } from "yaml";
import { buildToolchain, program } from "../../lab/supply/toolchain/build";
import { clientId, IdentityProvider } from "../support/access/identityProvider";
import {
  controlPlane,
  engine,
  engineSucceeds,
  eventually,
  kubectl,
  type LabConfig,
  outputs,
  ssh,
} from "../support/lab/lab";

/** Of the lab's gateway: machines reach it. */
const gateway = "10.0.1.1";
const people = [
  { email: "ann@example.org", groups: ["flight-directors"] },
  { email: "eve@example.org", groups: ["system:masters"] },
];

describe("people of an identity provider @all", () => {
  let folder: string;
  let provider: IdentityProvider;
  let settings: LabConfig;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "perigee-lab-test-"));
    const built = await buildToolchain(["identity-provider"], () => undefined);
    provider = await IdentityProvider.start(program(built, "identity-provider"), people, {
      address: gateway,
    });
    const { issuer, authority: certificateAuthority } = provider;
    settings = { access: { oidc: { issuer, clientId, certificateAuthority } } };
  });
  after(async () => {
    await engineSucceeds("up");
    await kubectl("delete", "clusterrolebinding", "flight-directors", "--ignore-not-found");
    await provider.stop();
    await rm(folder, { recursive: true });
  });

  /** What kubectl says by the kubeconfig for people, its plugin's part played by a token of the provider. */
  async function as(email: string, ...args: string[]): Promise<string> {
    const { peopleKubeconfig = "" } = await outputs();
    const config = parse(peopleKubeconfig) as { users: { name: string; user: object }[] };
    const users = [{ name: config.users[0]?.name ?? "", user: { token: await provider.token(email) } }];
    const file = join(folder, "people.yaml");
    await writeFile(file, stringify({ ...config, users }), { mode: 0o600 });
    return kubectl("--kubeconfig", file, ...args).catch((error: unknown) => String(error));
  }

  it("are refused by name while their provider is none, and nothing is changed", async () => {
    const issuer = `${provider.issuer}/`;
    const access = { oidc: { issuer, clientId, certificateAuthority: provider.authority } };
    const { exitCode, stdout, stderr } = await engine("up", { access });
    assert.notEqual(exitCode, 0);
    assert.match(stdout + stderr, /access\.oidc\.issuer = .*calls itself .*: write it exactly so/);
    const file = await ssh(controlPlane, "sudo ls /etc/kubernetes/perigee");
    assert.doesNotMatch(file, /authentication/);
    await kubectl("get", "nodes");
  });

  it("come with the settings, and a second up changes nothing", async () => {
    await engineSucceeds("up", settings);
    const { summary } = (await engineSucceeds("up", settings)).events;
    assert.deepEqual(Object.keys(summary), ["same"]);
  });

  it("are who the provider says, may what their groups may, and nothing by a reserved one", async () => {
    assert.match(await as("ann@example.org", "auth", "whoami"), /oidc:ann@example\.org/);
    assert.match(await as("ann@example.org", "get", "nodes"), /Forbidden/);
    await kubectl(
      "create",
      "clusterrolebinding",
      "flight-directors",
      "--clusterrole=view",
      "--group=flight-directors",
    );
    await eventually("what the group may", async () =>
      (await as("ann@example.org", "-n", "monitoring", "get", "pods", "-o", "name")).includes("pod/"),
    );
    assert.match(await as("ann@example.org", "-n", "monitoring", "get", "secrets"), /Forbidden/);
    assert.match(await as("eve@example.org", "get", "nodes"), /Unauthorized/);
  });

  it("are nobody any more without the setting, and the administrator is who they were", async () => {
    const token = await provider.token("ann@example.org");
    await engineSucceeds("up");
    const { apiServerUrl } = await outputs();
    const said = await promisify(execFile)("curl", [
      "-sk",
      "-H",
      `Authorization: Bearer ${token}`,
      `${apiServerUrl}/api`,
    ]);
    assert.match(said.stdout, /"code": 401/);
    assert.match(await kubectl("auth", "whoami"), /kubernetes-admin/);
    assert.doesNotMatch(await ssh(controlPlane, "sudo ls /etc/kubernetes/perigee"), /authentication/);
  });
});
