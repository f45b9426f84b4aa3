/** Keys with certificates that begin and end when a test wants them to, made by the real openssl. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface KeyPair {
  readonly key: string;
  readonly certificate: string;
}

/** `20261126150000Z` */
const asn1Time = (time: Date): string => time.toISOString().replaceAll(/[-:T]|\.\d+/g, "");

/** Runs openssl in a folder of its own, and reads files that it left there. */
export function openssl(
  runs: readonly (readonly string[])[],
  read: readonly string[],
  config = "",
): string[] {
  const folder = mkdtempSync(join(tmpdir(), "perigee-openssl-"));
  try {
    writeFileSync(join(folder, "openssl.cnf"), config);
    writeFileSync(join(folder, "index.txt"), "");
    for (const run of runs) {
      const { status, stderr } = spawnSync("openssl", [...run], { cwd: folder, encoding: "utf8" });
      assert.equal(status, 0, stderr);
    }
    return read.map((name) => readFileSync(join(folder, name), "utf8"));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export const newKey = [
  "-nodes",
  "-newkey",
  "ec",
  "-pkeyopt",
  "ec_paramgen_curve:prime256v1",
  "-keyout",
  "key",
];

// Only `openssl ca` lets a certificate begin in the past.
const authority = [
  ...["[req]", "distinguished_name=name", "[name]", "[ca]", "default_ca=own", "[own]", "database=index.txt"],
  ...[
    "rand_serial=yes",
    "new_certs_dir=.",
    "default_md=sha256",
    "policy=any",
    "[any]",
    "commonName=supplied",
  ],
].join("\n");

export function keyPair(begins: Date, ends: Date): KeyPair {
  const [key = "", certificate = ""] = openssl(
    [
      ["req", "-new", "-config", "openssl.cnf", "-subj", "/CN=x", ...newKey, "-out", "request"],
      [
        ...["ca", "-batch", "-notext", "-config", "openssl.cnf", "-selfsign", "-keyfile", "key"],
        ...[
          "-in",
          "request",
          "-out",
          "certificate",
          "-startdate",
          asn1Time(begins),
          "-enddate",
          asn1Time(ends),
        ],
      ],
    ],
    ["key", "certificate"],
    authority,
  );
  return { key, certificate };
}

/** A kubeconfig with this client certificate, as kubeadm writes it. */
export function kubeconfigOf({ key, certificate }: KeyPair): string {
  const base64 = (text: string): string => Buffer.from(text).toString("base64");
  return [
    "apiVersion: v1",
    "users:",
    "- name: someone",
    "  user:",
    `    client-certificate-data: ${base64(certificate)}`,
    `    client-key-data: ${base64(key)}`,
    "",
  ].join("\n");
}
