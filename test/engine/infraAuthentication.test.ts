import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { authenticationConfiguration, type Oidc } from "../../infra/kubeadm/authentication";
import { clientId, IdentityProvider } from "../support/access/identityProvider";
import { builtProgram } from "../support/builtProgram";
import { ApiServer } from "./workloads/apiServer";
import { kubernetesProgram } from "./workloads/teamsCluster";

const program = builtProgram("identity-provider", "provider");
const people = [
  { email: "ann@example.org", groups: ["payload-leads", "everybody"] },
  { email: "eve@example.org", groups: ["system:masters"] },
  { email: "mallory@example.org", groups: ["kubeadm:cluster-admins"] },
  { email: "bob@example.org", groups: [], verified: false },
];

/** Needs an API server and an identity provider: `make toolchain` builds both. */
(program !== undefined && kubernetesProgram("kube-apiserver") ? describe : describe.skip)(
  "people of an identity provider, as a real API server takes them",
  function () {
    this.timeout(180_000);
    let folder: string;
    let provider: IdentityProvider;
    let server: ApiServer;
    let settings: Oidc;

    before(async () => {
      folder = await mkdtemp(join(tmpdir(), "perigee-access-"));
      provider = await IdentityProvider.start(program ?? "", people);
      settings = {
        ...{ issuer: provider.issuer, clientId, certificateAuthority: provider.authority },
        ...{
          usernameClaim: "email",
          usernamePrefix: "oidc:",
          groupsClaim: "groups",
          groupsPrefix: "",
          scopes: [],
        },
      };
      const file = join(folder, "authentication.yaml");
      await writeFile(file, authenticationConfiguration(settings));
      server = await ApiServer.start([`--authentication-config=${file}`]);
    });
    after(async () => {
      await server.stop();
      await provider.stop();
      await rm(folder, { recursive: true });
    });

    /** What kubectl says with a token in place of any other credential. */
    async function kubectl(token: string, ...args: string[]): Promise<string> {
      const file = join(folder, "kubeconfig");
      await writeFile(file, server.kubeconfig.replace(/token: .*/, `token: ${token}`), { mode: 0o600 });
      const run = promisify(execFile)(kubernetesProgram("kubectl") ?? "", ["--kubeconfig", file, ...args]);
      return run.then(
        ({ stdout }) => stdout.trim(),
        (error: { stderr: string }) => error.stderr.trim(),
      );
    }
    const whoAmI = (token: string): Promise<string> => kubectl(token, "auth", "whoami", "-o", "json");

    it("have the name and the groups of their token, and what these may", async () => {
      const token = await provider.token("ann@example.org");
      const { status } = JSON.parse(await whoAmI(token)) as {
        status: { userInfo: { username: string; groups: string[] } };
      };
      assert.equal(status.userInfo.username, "oidc:ann@example.org");
      assert.deepEqual(status.userInfo.groups.toSorted(), [
        "everybody",
        "payload-leads",
        "system:authenticated",
      ]);
      assert.match(await kubectl(token, "get", "pods"), /Forbidden/);
    });

    it("are refused with a group that Kubernetes or kubeadm gave a meaning", async () => {
      for (const email of ["eve@example.org", "mallory@example.org"]) {
        assert.match(await whoAmI(await provider.token(email)), /Unauthorized/, email);
      }
    });

    it("are refused by an address that nobody verified, by another's token and by a changed one", async () => {
      assert.match(await whoAmI(await provider.token("bob@example.org")), /Unauthorized/);
      const other = await IdentityProvider.start(program ?? "", people);
      try {
        assert.match(await whoAmI(await other.token("ann@example.org")), /Unauthorized/);
      } finally {
        await other.stop();
      }
      const [head = "", , signature = ""] = (await provider.token("ann@example.org")).split(".");
      const forged = Buffer.from(
        JSON.stringify({ iss: provider.issuer, aud: clientId, exp: 2 ** 31, email: "root@example.org" }),
      ).toString("base64url");
      assert.match(await whoAmI(`${head}.${forged}.${signature}`), /Unauthorized/);
    });
  },
);
