import assert from "node:assert/strict";
import { nodeScript } from "../../../../../infra/kubeadm/upkeep";
import { newKey, openssl } from "../../../../support/infra/keyPairs";
import { MachineRoot } from "../../../../support/infra/scriptRun";
import { toldMachines, toldOf } from "../../../../support/infra/toldMachines";

const script = nodeScript("kubeadm/certificates/approve.sh");
const worker = "ground-default-1";

interface Asked {
  readonly user: string;
  readonly groups: readonly string[];
  readonly usages: readonly string[];
  readonly subject: string;
  readonly extensions: readonly string[];
  /** An attribute besides the extensions. */
  readonly password?: string;
}

/** What a kubelet asks for: kubernetes, pkg/kubelet/certificate/kubelet.go. */
const right: Asked = {
  user: `system:node:${worker}`,
  groups: ["system:nodes", "system:authenticated"],
  usages: ["digital signature", "server auth"],
  subject: `/O=system:nodes/CN=system:node:${worker}`,
  extensions: [`subjectAltName=DNS:${worker},IP:10.0.1.11`],
};

function pem({ subject, extensions, password }: Asked): string {
  const named = extensions.flatMap((extension) => ["-addext", extension]);
  // openssl leaves attributes out where the subject is an argument.
  const subjectArgument = password === undefined ? ["-subj", subject] : [];
  const attributes =
    password === undefined ? [] : ["attributes=more", "[more]", `challengePassword=${password}`];
  const name = ["[name]", "O=system:nodes", `CN=system:node:${worker}`];
  const [request = ""] = openssl(
    [["req", "-new", "-config", "openssl.cnf", ...subjectArgument, ...newKey, ...named, "-out", "request"]],
    ["request"],
    ["[req]", "distinguished_name=name", "prompt=no", ...attributes, ...name].join("\n"),
  );
  return request;
}

/** The API: a folder for each request, and files for the Nodes. A request that is decided shows it from then on. */
const kubectl = `
  [ ! -e /var/no-api ] || exit 1
  case "$*" in
    *--watch*)
      [[ "$*" == *" --field-selector spec.signerName=kubernetes.io/kubelet-serving "* ]] || exit 1
      for request in /var/requests/*; do echo "\${request##*/} $(cat "$request/decided" 2>/dev/null)"; done ;;
    *" get certificatesigningrequest "*) cat "/var/requests/$5/fields" ;;
    *" certificate approve "*) echo Approved >"/var/requests/$5/decided" ;;
    *" certificate deny "*) echo Denied >"/var/requests/$5/decided" ;;
    ${toldMachines}
    *" get node "*) cat "/var/nodes/$5" 2>/dev/null || true ;;
  esac`;

describe("kubelets' requests for serving certificates", () => {
  let root: MachineRoot;
  beforeEach(() => {
    root = new MachineRoot();
    root.write(toldOf(worker, "address"), "10.0.1.11\n");
    root.write(toldOf("ground-default-2", "address"), "10.0.1.12\n");
    root.write(`/var/nodes/${worker}`, `InternalIP=10.0.1.11\nHostname=${worker}\n`);
  });
  afterEach(() => root.remove());

  function ask(name: string, changed: Partial<Asked> = {}): void {
    const asked = { ...right, ...changed };
    const request = Buffer.from(pem(asked)).toString("base64");
    const fields = [JSON.stringify(asked.usages), JSON.stringify(asked.groups), request, asked.user];
    root.write(`/var/requests/${name}/fields`, fields.join("\n"));
  }
  const decided = (name: string): string =>
    root.has(`/var/requests/${name}/decided`) ? root.read(`/var/requests/${name}/decided`).trim() : "left";
  /** Goes round so many times, and is then killed; `between` happens after the first. Returns the journal. */
  function run(rounds = 1, between = ""): string {
    root.write("/var/rounds", "");
    const sleep = `
      echo >>/var/rounds
      if [ "$(grep -c "" /var/rounds)" -ge ${rounds} ]; then kill -KILL "$PPID"; fi
      ${between}`;
    return root.run(script, { programs: { kubectl, sleep } }).stdout;
  }

  it("are approved for the name and the address of a machine that was admitted", () => {
    ask("csr-1");
    ask("csr-2", { usages: ["key encipherment", "server auth", "digital signature"] }); // an RSA key
    const journal = run();
    assert.deepEqual([decided("csr-1"), decided("csr-2")], ["Approved", "Approved"]);
    assert.match(journal, /^approved csr-1: the kubelet of ground-default-1 serves at 10\.0\.1\.11$/m);
  });

  const names = (text: string): Partial<Asked> => ({ extensions: [`subjectAltName=${text}`] });
  const wrong: Readonly<Record<string, Partial<Asked>>> = {
    "another node's name and address": names("DNS:ground-default-2,IP:10.0.1.12"),
    "another node's name": names("DNS:ground-default-2,IP:10.0.1.11"),
    "another node's address": names(`DNS:${worker},IP:10.0.1.12`),
    "one more name": names(`DNS:${worker},DNS:api.ground.internal,IP:10.0.1.11`),
    "one more address": names(`DNS:${worker},IP:10.0.1.11,IP:10.0.1.10`),
    "a name of another kind": names(`DNS:${worker},IP:10.0.1.11,URI:https://example.org`),
    "no name": names("IP:10.0.1.11"),
    "no address": names(`DNS:${worker}`),
    "nothing that names it": { extensions: [] },
    "one more extension": { extensions: [...right.extensions, "extendedKeyUsage=clientAuth"] },
    "one more attribute": { password: "abcd" },
    "another node's subject": { subject: "/O=system:nodes/CN=system:node:ground-default-2" },
    "another organization": { subject: `/O=system:masters/CN=system:node:${worker}` },
    "one more organization": { subject: `/O=system:nodes/O=system:masters/CN=system:node:${worker}` },
    "no organization": { subject: `/CN=system:node:${worker}` },
    "the usage of a client": { usages: ["digital signature", "client auth"] },
    "the usage of a client besides": { usages: ["client auth", "digital signature", "server auth"] },
    "a user that is no node": { user: "system:serviceaccount:default:default" },
    "a user of another group": { groups: ["system:authenticated"] },
    "a user of a group that looks like it": {
      groups: ["system:authenticated", 'x,"system:nodes', '["system:nodes"]'],
    },
    "a user that leads out of the folder": { user: "system:node:../ground-default-1" },
    "a user of two lines": { user: `system:node:${worker}\nsystem:node:${worker}` },
  };
  for (const [what, changed] of Object.entries(wrong)) {
    it(`are denied, once, with a reason: ${what}`, () => {
      ask("csr-1", changed);
      const journal = run(2);
      assert.equal(decided("csr-1"), "Denied");
      assert.match(journal, /^denied csr-1 of system:[^]+: (it asks for|only a node may ask)[^]*$/);
      assert.equal(journal.match(/denied/g)?.length, 1);
    });
  }

  it("are denied to a machine whose Node says another address than the one that it was admitted with", () => {
    root.write(`/var/nodes/${worker}`, `InternalIP=10.0.1.10\nHostname=${worker}\n`);
    ask("csr-1");
    assert.match(
      run(),
      /^denied csr-1 of .*: its Node says InternalIP=10\.0\.1\.10 Hostname=ground-default-1/,
    );
    ask("csr-2", names(`DNS:${worker},IP:10.0.1.10`));
    run();
    assert.equal(decided("csr-2"), "Denied");
  });

  for (const [what, missing, path, content] of [
    ["admitted", "no machine of this name was admitted", `machines/${worker}.address`, "10.0.1.11"],
    ["there", "its Node is not there yet", `nodes/${worker}`, `InternalIP=10.0.1.11\\nHostname=${worker}`],
  ] as const) {
    it(`are left while the node is not ${what}, said once, and approved when it is`, () => {
      root.run(`rm -f "/var/${path}"`, {});
      ask("csr-1");
      const journal = run(2);
      assert.equal(decided("csr-1"), "left");
      assert.equal(journal.match(new RegExp(`^left csr-1 of system:node:.*: ${missing}`, "gm"))?.length, 1);
      run(2, `printf '${content}\\n' >/var/${path}`);
      assert.equal(decided("csr-1"), "Approved");
    });
  }

  it("are approved for what a version of Perigee with one control plane knew, where the cluster was not told since", () => {
    root.run(`rm -f "${toldOf(worker, "address")}"`, {});
    root.write(`/var/lib/perigee/admitted/${worker}.address`, "10.0.1.11\n");
    ask("csr-1");
    run();
    assert.equal(decided("csr-1"), "Approved");
    root.write(toldOf(worker, "address"), "10.0.1.19\n");
    ask("csr-2");
    run();
    assert.equal(decided("csr-2"), "Denied", "of both the cluster counts");
  });

  it("wait for an API server that is away, and are all looked at when it is back", () => {
    ask("csr-1");
    root.write("/var/no-api", "");
    assert.equal(run(2), "");
    run(2, "rm -f /var/no-api");
    assert.equal(decided("csr-1"), "Approved");
  });
});
