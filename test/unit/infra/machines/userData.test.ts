import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { renderUserData, userDataLimitBytes } from "../../../../infra/machines/userData";
import { defaultKubernetesVersion, minorOf, releaseOf, testedReleases } from "../../../../infra/versions";
import { matchesGolden } from "../../../golden";
import { deploy } from "../../../support/infra/mocks";
import { twoPools } from "../../../support/infra/settingsExamples";
import { logins, machines, seed } from "../kubeadm/examples";

interface CloudConfig {
  readonly hostname: string;
  readonly ssh_keys: Readonly<Record<string, string>>;
  readonly ssh_authorized_keys: readonly string[];
  readonly write_files: readonly { path: string; content: string; permissions?: string }[];
  readonly runcmd: readonly (readonly string[])[];
}

const goldenFolder = join(__dirname, "../../../golden/userData");

function file(text: string, path: string): string {
  const found = (parse(text) as CloudConfig).write_files.find((one) => one.path === path);
  assert.ok(found !== undefined, `no ${path}`);
  return found.content;
}

/** What opens a cluster, or could; none of it may be in a machine's user data. */
const secrets: Readonly<Record<string, RegExp>> = {
  "a bootstrap token": /\b[a-z0-9]{6}\.[a-z0-9]{16}\b/,
  "a private key of a CA or a client": /BEGIN (RSA |EC )?PRIVATE KEY/,
  "a certificate": /BEGIN CERTIFICATE/,
  "a kubeconfig": /client-key-data|kind: Config\b|certificate-authority-data/,
  "a key that encrypts Secrets": /EncryptionConfiguration|secretbox|aescbc/,
  "an AWS access key": /\bA[KS]IA[A-Z0-9]{16}\b|aws_secret_access_key/i,
};

describe("a machine's user data", () => {
  for (const [name, args] of Object.entries(machines)) {
    it(`is as in test/golden/userData/${name}`, () =>
      matchesGolden(`userData/${name}`, renderUserData(args)));
  }

  it("begins as cloud-init wants it, and stays under EC2's limit with every tested version", () => {
    for (const args of Object.values(machines)) {
      for (const { kubernetes } of testedReleases) {
        const text = renderUserData({ ...args, kubernetesVersion: kubernetes });
        assert.ok(text.startsWith("#cloud-config\n"));
        assert.ok(Buffer.byteLength(text) < userDataLimitBytes, `${Buffer.byteLength(text)} bytes`);
      }
    }
  });

  it("has room for ten mirrors on a Spot machine, which has most in it", () => {
    const registries = Object.fromEntries(
      Array.from({ length: 10 }, (_, index) => [
        `registry-${index}.example.org`,
        `https://mirror.ground.example.org:5000/cache-${index}`,
      ]),
    );
    const spot = machines["spotWorker.yaml"] ?? assert.fail();
    const text = renderUserData({ ...spot, mirrors: { ...spot.mirrors, registries } });
    assert.ok(Buffer.byteLength(text) < userDataLimitBytes, `${Buffer.byteLength(text)} bytes`);
  });

  it("has the exact version, its packages' repository and its images", () => {
    const { kubernetes, containerd, pause, etcd } = releaseOf(defaultKubernetesVersion);
    const text = renderUserData(machines["controlPlane.yaml"] ?? assert.fail());
    assert.equal(
      file(text, "/etc/perigee/machine.env"),
      `KUBERNETES_VERSION='${kubernetes}'\n` +
        `KUBERNETES_PACKAGES='https://pkgs.k8s.io/core:/stable:/v${minorOf(kubernetes)}/deb'\n` +
        `CONTAINERD='${containerd}'\n` +
        `PAUSE_IMAGE='registry.k8s.io/pause:${pause}'\n`,
    );
    assert.ok(file(text, "/etc/perigee/images").split("\n").includes(`registry.k8s.io/etcd:${etcd}`));
    const worker = renderUserData(machines["worker.yaml"] ?? assert.fail());
    assert.doesNotMatch(file(worker, "/etc/perigee/images"), /etcd|kube-apiserver/);
  });

  it("asks mirrors first, and the registry itself when a mirror misses", () => {
    const text = renderUserData(machines["workerBehindMirrors.yaml"] ?? assert.fail());
    assert.equal(
      file(text, "/etc/containerd/certs.d/docker.io/hosts.toml"),
      'server = "https://registry-1.docker.io"\n' +
        '[host."https://mirror.example/v2/hub"]\n' +
        '  capabilities = ["pull", "resolve"]\n' +
        "  override_path = true\n",
    );
    assert.doesNotMatch(file(text, "/etc/containerd/certs.d/registry.k8s.io/hosts.toml"), /override_path/);
    assert.match(file(text, "/etc/perigee/machine.env"), /'http:\/\/mirror\.example:8080\/v1\.36\/deb'/);
  });

  it("gives the machine the host key that connections pin, and lets in the login key and the next one only", () => {
    const args = machines["worker.yaml"] ?? assert.fail();
    const config = parse(renderUserData(args)) as CloudConfig;
    assert.equal(config.ssh_keys.ed25519_public, args.hostKey.public);
    assert.equal(config.ssh_keys.ed25519_private, args.hostKey.private);
    assert.deepEqual(config.ssh_authorized_keys, logins.authorised);
  });
});

describe("no secret is in any user data", () => {
  const texts = new Map<string, string>();
  before(async () => {
    for (const name of readdirSync(goldenFolder)) {
      texts.set(name, readFileSync(join(goldenFolder, name), "utf8"));
    }
    const { resources } = await deploy(twoPools);
    for (const { type, name, inputs } of resources) {
      if (type === "aws:ec2/instance:Instance") texts.set(name, String(inputs.userData));
    }
    assert.equal(
      texts.size,
      Object.keys(machines).length + 4,
      "every golden file and every machine of the program",
    );
  });

  for (const [what, pattern] of Object.entries(secrets)) {
    it(`not ${what}`, () => {
      for (const [name, text] of texts) assert.doesNotMatch(text, pattern, name);
    });
  }

  it("not the seed that all keys come from, nor the login's private key", () => {
    const body = logins.current.private.split("\n").slice(3, -2);
    assert.ok(body.length > 0);
    for (const [name, text] of texts) {
      assert.ok(!text.includes(seed), name);
      for (const line of body) assert.ok(!text.includes(line), name);
      assert.equal(text.match(/PRIVATE KEY-----/g)?.length, 2, `${name}: one private key, the host's own`);
    }
  });
});
