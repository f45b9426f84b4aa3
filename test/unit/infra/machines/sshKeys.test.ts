import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { verify } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { utils } from "ssh2";
import { deriveLoginKeys, deriveSshKeyPair } from "../../../../infra/machines/sshKeys";
import { onPath } from "../../../support/infra/tools";

const seed = Buffer.alloc(32, 7).toString("base64");
const seeds = fc
  .uint8Array({ minLength: 32, maxLength: 48 })
  .map((bytes) => Buffer.from(bytes).toString("base64"));
const comments = fc.stringMatching(/^[a-z][a-z0-9-]{0,60}$/);

function parsed(text: string): ReturnType<typeof utils.parseKey> & { getPublicPEM(): string } {
  const key = utils.parseKey(text);
  if (key instanceof Error) throw key;
  assert.ok(!Array.isArray(key));
  return key;
}

describe("SSH keys derived from the cluster's seed", () => {
  it("are the same for the same seed and purpose, and others for every other purpose or seed", () => {
    const login = deriveSshKeyPair(seed, "login", "ground");
    assert.deepEqual(deriveSshKeyPair(seed, "login", "ground"), login);
    const others = [
      deriveSshKeyPair(seed, "host/ground-default-1", "ground"),
      deriveSshKeyPair(seed, "host/ground-default-11", "ground"),
      deriveSshKeyPair(Buffer.alloc(32, 8).toString("base64"), "login", "ground"),
    ];
    const halves = [login, ...others].map((pair) => pair.public);
    assert.equal(new Set(halves).size, halves.length);
  });

  it("are the login's by number: the first as ever, and each one the next of the one before", () => {
    const numbered = (number: number) => deriveLoginKeys(seed, number, "ground");
    const [first, second, third] = [numbered(1), numbered(2), numbered(3)];
    assert.deepEqual(first.current, deriveSshKeyPair(seed, "login", "ground"));
    assert.deepEqual(first.authorised, [first.current.public, second.current.public]);
    assert.deepEqual(second.authorised, [second.current.public, third.current.public]);
    assert.deepEqual(
      [first, second, third].map(({ former }) => former),
      [[], [first.current.public], [first.current.public, second.current.public]],
    );
    assert.equal(new Set([...third.former, ...third.authorised]).size, 4);
  });

  it("are read by ssh2, and both halves belong together, whatever the seed", () => {
    fc.assert(
      fc.property(seeds, comments, (anySeed, comment) => {
        const pair = deriveSshKeyPair(anySeed, "login", comment);
        const [secret, open] = [parsed(pair.private), parsed(pair.public)];
        assert.ok("type" in secret && secret.type === "ssh-ed25519" && secret.comment === comment);
        assert.equal(secret.getPublicPEM(), open.getPublicPEM());
      }),
      { numRuns: 50 },
    );
  });

  it("sign what their public half verifies", () => {
    const pair = deriveSshKeyPair(seed, "login", "ground");
    const key = parsed(pair.private) as unknown as { sign(data: Buffer): Buffer };
    const message = Buffer.from("AOS 2026-11-21T10:00:00Z");
    assert.ok(verify(null, message, parsed(pair.public).getPublicPEM(), key.sign(message)));
    assert.ok(!verify(null, Buffer.from("LOS"), parsed(pair.public).getPublicPEM(), key.sign(message)));
  });

  it("are refused from a seed that is too short", () => {
    assert.throws(() => deriveSshKeyPair(Buffer.alloc(31).toString("base64"), "login", "ground"), {
      message: "the seed has 31 bytes, 32 are needed",
    });
  });

  it("are read by ssh-keygen, which finds the same public half", function () {
    if (!onPath("ssh-keygen")) this.skip();
    const folder = mkdtempSync(join(tmpdir(), "perigee-keys-"));
    try {
      for (const comment of ["a", "ab", "abc", "abcd", "ground-control-plane-1"]) {
        const pair = deriveSshKeyPair(seed, "login", comment);
        const file = join(folder, comment);
        writeFileSync(file, pair.private, { mode: 0o600 });
        const shown = spawnSync("ssh-keygen", ["-y", "-f", file], { encoding: "utf8" });
        assert.equal(shown.stdout.trim(), pair.public, shown.stderr);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
