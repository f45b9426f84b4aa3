import assert from "node:assert/strict";
import { parse } from "yaml";
import { parseSettings } from "../../../../infra/config";
import { authenticationConfiguration, authenticationInputs } from "../../../../infra/kubeadm/authentication";
import { controlPlaneDocuments } from "../../../../infra/kubeadm/documents";
import { matchesGolden } from "../../../golden";
import { deploy } from "../../../support/infra/mocks";
import { small } from "../../../support/infra/settingsExamples";
import { controlPlane } from "./examples";

const own = { issuer: "https://id.example.org/realms/ground", clientId: "kubernetes" };
const settingsOf = (oidc: object) =>
  parseSettings({ ...small, access: { oidc } }, "test").access.oidc ?? assert.fail("none");

describe("people of an identity provider", () => {
  it("are taken by the configuration in test/golden/kubeadm/authentication.yaml", () => {
    matchesGolden("kubeadm/authentication.yaml", authenticationConfiguration(settingsOf(own)));
  });

  it("have the prefixes and claims of the settings", () => {
    const settings = {
      ...own,
      usernameClaim: "preferred_username",
      usernamePrefix: "",
      groupsPrefix: "idp:",
    };
    const { jwt } = parse(authenticationConfiguration(settingsOf(settings))) as {
      jwt: { claimMappings: object }[];
    };
    assert.deepEqual(jwt[0]?.claimMappings, {
      username: { claim: "preferred_username", prefix: "" },
      groups: { claim: "groups", prefix: "idp:" },
    });
  });

  it("are nothing where there is no provider: neither an argument nor a file", () => {
    assert.deepEqual(new Set(Object.values(authenticationInputs(undefined))), new Set([""]));
    assert.doesNotMatch(controlPlaneDocuments(controlPlane), /authentication-config/);
    assert.match(
      controlPlaneDocuments({ ...controlPlane, hasIdentityProvider: true }),
      /name: authentication-config\n\s+value: \/etc\/kubernetes\/perigee\/authentication\.yaml/,
    );
  });

  it("get a kubeconfig without a credential, in clear, and only they", async () => {
    const { outputs, secrets } = await deploy({ ...small, access: { oidc: own } });
    const { users, clusters } = parse(outputs["peopleKubeconfig"] as string) as {
      users: { name: string; user: { exec: { command: string; args: string[] } } }[];
      clusters: { cluster: Record<string, string> }[];
    };
    const administrator = parse(outputs["kubeconfig"] as string) as { clusters: unknown };
    assert.deepEqual(clusters, administrator.clusters);
    assert.deepEqual(Object.keys(users[0]?.user ?? {}), ["exec"]);
    assert.deepEqual(users[0]?.user.exec.args, [
      ...["oidc-login", "get-token", `--oidc-issuer-url=${own.issuer}`, "--oidc-client-id=kubernetes"],
      "--oidc-extra-scope=email",
    ]);
    assert.ok(!secrets.includes("peopleKubeconfig"));
    assert.equal((await deploy(small)).outputs["peopleKubeconfig"], undefined);
  });

  it("are refused by name where the provider is none", () => {
    const problems = (oidc: object): string => {
      try {
        settingsOf(oidc);
        return "";
      } catch (error) {
        return (error as Error).message;
      }
    };
    assert.match(
      problems({ ...own, issuer: "http://id.example.org" }),
      /access\.oidc\.issuer.*begins with https/,
    );
    assert.match(problems({ ...own, issuer: `${own.issuer}?a=1` }), /access\.oidc\.issuer.*no \? or #/);
    const many = problems({ issuer: "id", clientId: "a b", groupsPrefix: "ä", certificateAuthority: "x" });
    for (const key of ["issuer", "clientId", "groupsPrefix", "certificateAuthority"]) {
      assert.match(many, new RegExp(`access\\.oidc\\.${key}`));
    }
    for (const start of ["system:", "kubeadm:x"]) {
      const locked = problems({ ...own, usernamePrefix: start, groupsPrefix: start });
      assert.match(locked, /access\.oidc\.usernamePrefix.*refused in every token/);
      assert.match(locked, /access\.oidc\.groupsPrefix/);
    }
    assert.equal(problems({ ...own, issuer: "https://tenant.auth0.example/" }), "", "some end with a slash");
  });
});
