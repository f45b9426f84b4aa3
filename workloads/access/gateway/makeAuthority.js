/**
 * Makes a certificate authority and prints it as JSON, { certificate, key } in PEM: run by Node in the folder of stack 2.
 * ECDSA on P-256, which every client takes. It signs servers' certificates only, and no further authority.
 */
require("reflect-metadata");
const { webcrypto: crypto } = require("node:crypto");
const x509 = require("@peculiar/x509");

const years = 10;
const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

async function main() {
  const keys = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const now = Date.now();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: "CN=Perigee gateway authority",
    // A clock that is behind takes it too.
    notBefore: new Date(now - 3_600_000),
    notAfter: new Date(now + years * 365.25 * 86_400_000),
    keys,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  const key = x509.PemConverter.encode(
    await crypto.subtle.exportKey("pkcs8", keys.privateKey),
    "PRIVATE KEY",
  );
  process.stdout.write(JSON.stringify({ certificate: certificate.toString("pem"), key }));
}

main().catch((error) => {
  process.stderr.write(`${String(error)}\n`);
  process.exitCode = 1;
});
