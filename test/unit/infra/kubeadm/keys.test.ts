import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { stepInput } from "../../../../infra/kubeadm/step";
import { deriveLoginKeys } from "../../../../infra/machines/sshKeys";
import { deploy } from "../../../support/infra/mocks";
import { MachineRoot, type ScriptRunResult } from "../../../support/infra/scriptRun";
import { small, threeZones } from "../../../support/infra/settingsExamples";
import { seed } from "./examples";

const logins = (number: number) => deriveLoginKeys(seed, number, "ground");
const [first = "", second = "", third = ""] = logins(3).former.concat(logins(3).authorised);
const own = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJustSomebodyElse operator@example";
const file = "/home/ubuntu/.ssh/authorized_keys";
const rootsFile = "/root/.ssh/authorized_keys";
const sentAway = 'no-pty,command="echo Please login as ubuntu;exit 142" ';

describe("the SSH keys that a machine lets in", () => {
  let root: MachineRoot;
  beforeEach(() => {
    root = new MachineRoot();
    // What cloud-init wrote, with the key of before the next one was let in too.
    root.write(file, `# by cloud-init\n${first}\n`, 0o600).write(rootsFile, `${sentAway}${first}\n`, 0o600);
  });
  afterEach(() => root.remove());

  function keys(number: number): ScriptRunResult {
    const { authorised, former } = logins(number);
    const inputs = { LOGIN_USER: "ubuntu", AUTHORISED: authorised.join("\n"), FORMER: former.join("\n") };
    const homes = `case $2 in root) home=${root.at("/root")} ;; *) home=${root.at("/home")}/$2 ;; esac`;
    return root.run(stepInput("keys", { NODE_NAME: "n", ...inputs }), {
      arguments: ["keys", "300"],
      programs: { getent: `${homes}; echo "$2:x:1000:1000::$home:/bin/bash"` },
    });
  }
  function done(number: number): void {
    const { status, stderr } = keys(number);
    assert.equal(status, 0, stderr);
  }

  it("are the current one and the next; nothing changes a second time", () => {
    done(1);
    assert.equal(root.read(file), `${first}\n${second}\n# by cloud-init\n`);
    assert.equal(root.read(rootsFile), `${sentAway}${first}\n`);
    const before = statSync(root.at(file)).ino;
    done(1);
    assert.equal(statSync(root.at(file)).ino, before);
  });

  it("are no longer the former ones after a rotation, neither the user's nor root's", () => {
    done(1);
    done(2);
    assert.equal(root.read(file), `${second}\n${third}\n# by cloud-init\n`);
    assert.equal(root.read(rootsFile), "");
  });

  it("are still an operator's own, also without a newline at the end", () => {
    root.write(file, `${first}\n${own}`, 0o640);
    done(2);
    assert.equal(root.read(file), `${second}\n${third}\n${own}\n`);
    assert.equal(statSync(root.at(file)).mode & 0o777, 0o640);
  });

  it("know a former one also where its comment was changed", () => {
    root.write(file, `${first.replace("ground", "perigee, do not touch")}\n`);
    done(2);
    assert.equal(root.read(file), `${second}\n${third}\n`);
  });

  it("are told where sshd reads them elsewhere: a rotation would leave the former one there", () => {
    root.write(file, `${own}\n`);
    const unknown = keys(1);
    assert.equal(unknown.status, 0);
    assert.match(unknown.stdout, /has none of the cluster's keys: .* cannot be rotated here$/m);
    const rotated = keys(2);
    assert.equal(rotated.status, 1);
    assert.match(
      rotated.stderr,
      /sshd of this image reads them elsewhere: take the former key out there by hand$/m,
    );
    assert.equal(root.read(file), `${own}\n`);
  });
});

describe("a rotation of the SSH key", () => {
  it("changes no machine but in its boot document, and every connection, and the output with them", async () => {
    const [before, after] = [await deploy(threeZones), await deploy({ ...threeZones, keys: { login: 2 } })];
    assert.notEqual(after.outputs.sshPrivateKey, before.outputs.sshPrivateKey);
    assert.deepEqual(after.outputs.keys, { login: 2, secrets: 1 });
    const users = new Set(
      after.resources
        .filter(({ type }) => type === "command:remote:Command")
        .map(({ inputs }) => (inputs.connection as { privateKey: string }).privateKey),
    );
    assert.deepEqual([...users], [after.outputs.sshPrivateKey]);
  });

  it("lets new machines in with the same two keys as those that run", async () => {
    const { resources } = await deploy({ ...small, keys: { login: 2 } });
    const { authorised } = deriveLoginKeys(seed, 2, "perigee-test");
    for (const { type, name, inputs } of resources) {
      if (type === "aws:ec2/instance:Instance") {
        assert.ok(
          String(inputs.userData).includes(`ssh_authorized_keys:\n  - ${authorised.join("\n  - ")}\n`),
          name,
        );
      }
      if (name.endsWith("-keys") && type === "command:remote:Command") {
        assert.ok(String(inputs.stdin).includes(`AUTHORISED='${authorised.join("\n")}'`), name);
      }
    }
  });
});
