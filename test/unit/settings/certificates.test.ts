import assert from "node:assert/strict";
import { rootCertificates } from "node:tls";
import { certificates } from "../../../settings/certificates";

const [first = "", second = ""] = rootCertificates;
const reasonAgainst = (text: string): string => certificates.safeParse(text).error?.issues[0]?.message ?? "";

describe("certificates in a setting", () => {
  it("are one or several, with whatever people write between them", () => {
    for (const text of [first, `${first}\n${second}\n`, `# ours\n${first}\n# the old one\n${second}`]) {
      assert.equal(reasonAgainst(text), "");
    }
  });

  it("are refused with the reason: none, a key, one that is broken, too many", () => {
    for (const [text, said] of [
      ["", /it has no -----BEGIN CERTIFICATE-----/],
      ["/etc/ssl/ca.crt", /it has no -----BEGIN CERTIFICATE-----/],
      [`${first}\n-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----`, /a private key is in it/],
      [`${first}\n${second.replace(/\n[^\n]{40}/, "\n")}`, /one of its certificates cannot be read/],
      [`${first}\n`.repeat(100), /it has \d+ characters, at most 65536 are taken/],
    ] as const) {
      assert.match(reasonAgainst(text), said);
    }
  });
});
