/** Certificates of the lab's S3: an authority of this lab alone, which its machines trust, and the server's. */
import { chmod, mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../../../../command";
import { exists } from "../../../../files";
import type { LabFolders } from "../../../../settings";
import { partitionOf } from "../partitions";

/** Longer than any lab. */
const days = "3650";

export function certificateFiles({ root }: Pick<LabFolders, "root">, region: string) {
  const folder = join(root, "s3", "certificates");
  return {
    folder,
    authority: join(folder, "authority.crt"),
    authorityKey: join(folder, "authority.key"),
    serverCertificate: join(folder, `${region}.crt`),
    serverKey: join(folder, `${region}.key`),
  };
}

/** Makes what is missing of them. Of each pair the certificate comes last: where it is, its key is. */
export async function ensureCertificates(folders: LabFolders, region: string): Promise<void> {
  const files = certificateFiles(folders, region);
  await mkdir(files.folder, { recursive: true, mode: 0o700 });
  if (!(await exists(files.authority))) {
    await make(files.authority, files.authorityKey, "Perigee lab", [
      "basicConstraints = critical, CA:TRUE",
      "keyUsage = critical, keyCertSign",
    ]);
  }
  if (await exists(files.serverCertificate)) return;
  const name = `*.s3.${region}.${partitionOf(region).dnsSuffix}`;
  await make(
    files.serverCertificate,
    files.serverKey,
    name,
    ["basicConstraints = CA:FALSE", "extendedKeyUsage = serverAuth", `subjectAltName = DNS:${name}`],
    files,
  );
}

async function make(
  certificate: string,
  key: string,
  name: string,
  extensions: readonly string[],
  issuer?: { readonly authority: string; readonly authorityKey: string },
): Promise<void> {
  const folder = await mkdtemp(`${certificate}.new-`);
  const at = (file: string): string => join(folder, file);
  try {
    const configuration = ["[req]", "distinguished_name = dn", "prompt = no", "[dn]", `CN = ${name}`];
    await writeFile(at("config"), [...configuration, "[extensions]", ...extensions, ""].join("\n"));
    const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", at("key")];
    await run("openssl", ["req", "-new", "-config", at("config"), ...newKey, "-out", at("request")]);
    const signer =
      issuer === undefined
        ? ["-signkey", at("key")]
        : ["-CA", issuer.authority, "-CAkey", issuer.authorityKey];
    const serial = ["-set_serial", `0x${Date.now().toString(16)}`];
    const form = ["-days", days, "-sha256", "-extfile", at("config"), "-extensions", "extensions"];
    await run("openssl", [
      "x509",
      "-req",
      "-in",
      at("request"),
      ...signer,
      ...serial,
      ...form,
      "-out",
      at("crt"),
    ]);
    await chmod(at("key"), 0o600);
    await rename(at("key"), key);
    await rename(at("crt"), certificate);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
