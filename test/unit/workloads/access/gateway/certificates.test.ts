import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { certificateProgram } from "../../../../../workloads/access/gateway/certificateProgram";
import {
  certificateConfiguration,
  dueIn,
  renew,
  signed,
} from "../../../../../workloads/access/gateway/certificates";
import { madeAuthority } from "../../../../support/workloads/gatewayAuthority";

const day = 86_400;

describe("the gateway's authority", () => {
  const { certificate, key } = madeAuthority();
  const own = new X509Certificate(certificate);

  it("signs servers, no further authority, for ten years, with a key that is its own", () => {
    assert.equal(own.ca, true);
    assert.ok(own.verify(own.publicKey));
    assert.ok(own.checkPrivateKey(createPrivateKey(key)));
    const years = (own.validToDate.getTime() - Date.now()) / (365.25 * day * 1000);
    assert.ok(years > 9.99 && years <= 10, String(years));
    const text = execFileSync("openssl", ["x509", "-noout", "-text"], { input: certificate }).toString();
    assert.match(text, /CA:TRUE, pathlen:0/);
    assert.match(text, /TLS Web Server Authentication\n/);
  });

  it("is another one each time", () => {
    assert.notEqual(madeAuthority().certificate, certificate);
  });
});

describe("a certificate of the gateway", () => {
  const authority = madeAuthority();
  const issuer = new X509Certificate(authority.certificate);
  const names = ["ground.example.org", "192.0.2.7", "2001:db8::7"];

  it("is good for its names, signed by the authority, and no authority itself", async () => {
    const made = await signed({ names, lifeSeconds: 90 * day }, authority);
    const leaf = new X509Certificate(made.certificate);
    assert.ok(leaf.verify(issuer.publicKey));
    assert.ok(leaf.checkPrivateKey(createPrivateKey(made.key)));
    assert.equal(leaf.ca, false);
    assert.equal(leaf.checkHost("ground.example.org"), "ground.example.org");
    assert.equal(leaf.checkHost("other.example.org"), undefined);
    for (const address of ["192.0.2.7", "2001:db8::7"]) assert.equal(leaf.checkIP(address), address);
    assert.equal(leaf.validToDate.getTime(), Math.floor(made.notAfter / 1000) * 1000);
  });

  it("does not outlast the authority, and is none where that has ended", async () => {
    const late = issuer.validToDate.getTime() - day * 1000;
    assert.equal(
      (await signed({ names, lifeSeconds: 90 * day }, authority, late)).notAfter,
      late + day * 1000,
    );
    await assert.rejects(
      signed({ names, lifeSeconds: day }, authority, late + 2 * day * 1000),
      /authority ended/,
    );
  });

  it("is none where the key is another's", async () => {
    const { key } = madeAuthority();
    await assert.rejects(
      signed({ names, lifeSeconds: day }, { ...authority, key }),
      /is not that of its certificate/,
    );
  });

  it("is renewed when two thirds of what is left are over, at once where nothing is", () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e9, max: 397 * day * 1000 }), (left) => {
        const due = dueIn({ notAfter: 1e12 + left }, 1e12);
        assert.ok(due >= 0 && due <= Math.max(0, left));
        assert.ok(left <= 0 || Math.abs(due / left - 2 / 3) < 1e-9);
      }),
    );
  });

  it("is the one for every name that is asked for", async () => {
    const made = await signed({ names, lifeSeconds: day }, authority);
    const { tls } = JSON.parse(certificateConfiguration(made)) as {
      tls: { stores: { default: { defaultCertificate: object } }; certificates: object[] };
    };
    assert.deepEqual(tls.certificates, [tls.stores.default.defaultCertificate]);
  });

  it("is put in place whole, for nobody else to read, with the files beside it, by the program as pods run it", async () => {
    const folder = await mkdtemp(join(tmpdir(), "perigee-certificates-"));
    try {
      const [keys, dynamic] = [join(folder, "authority"), join(folder, "dynamic")];
      for (const each of [keys, dynamic]) await mkdir(each);
      for (const [name, text] of Object.entries(authority)) await writeFile(join(keys, name), text);
      const settings = {
        names,
        lifeSeconds: day,
        authority: keys,
        folder: dynamic,
        files: { "routes.yaml": "{}" },
      };
      await writeFile(join(folder, "settings.json"), JSON.stringify(settings));
      await writeFile(join(folder, "program.cjs"), await certificateProgram());
      const run = (...args: string[]): string =>
        execFileSync("node", ["--max-old-space-size=24", join(folder, "program.cjs"), ...args], {
          encoding: "utf8",
        });
      assert.match(
        run("once", join(folder, "settings.json")),
        /certificate for ground.example.org, 192.0.2.7/,
      );
      assert.deepEqual((await readdir(dynamic)).sort(), ["certificate.yaml", "routes.yaml"]);
      const { mode } = await stat(join(dynamic, "certificate.yaml"));
      assert.equal((mode & 0o777).toString(8), "600");
      const first = await readFile(join(dynamic, "certificate.yaml"), "utf8");
      await renew(settings);
      assert.notEqual(await readFile(join(dynamic, "certificate.yaml"), "utf8"), first);
    } finally {
      await rm(folder, { recursive: true });
    }
  }).timeout(60_000);
});
