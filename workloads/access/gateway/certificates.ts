/**
 * Certificate of a gateway's pod: a program of its own beside Traefik, which signs one, writes it where Traefik sees it,
 * and writes another one when a third of its life is left. The pod's key never leaves the pod's memory.
 */
import "reflect-metadata";
import { webcrypto as crypto } from "node:crypto";
import { readFile, rename, writeFile } from "node:fs/promises";
import { isIP } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as x509 from "@peculiar/x509";

export interface CertificateSettings {
  /** DNS names and IP addresses that it is good for. */
  readonly names: readonly string[];
  /** Seconds that it is good for, unless the authority ends before. */
  readonly lifeSeconds: number;
  /** Folder with the authority's `certificate` and `key`. */
  readonly authority: string;
  /** Folder that Traefik watches. */
  readonly folder: string;
  /** Files that are there too from the start: contents by name. */
  readonly files: Readonly<Record<string, string>>;
}

export interface Signed {
  readonly certificate: string;
  readonly key: string;
  /** Unix time in milliseconds. */
  readonly notAfter: number;
}

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
/** Seconds before now from which it is good: a client's clock may be behind. */
const slackSeconds = 300;

/** @throws Error when the authority has ended, or its key is not that of its certificate */
export async function signed(
  { names, lifeSeconds }: Pick<CertificateSettings, "names" | "lifeSeconds">,
  authority: Readonly<Record<"certificate" | "key", string>>,
  now: number = Date.now(),
): Promise<Signed> {
  const issuer = new x509.X509Certificate(authority.certificate);
  const end = issuer.notAfter.getTime();
  if (end <= now) throw new Error(`the gateway's authority ended ${issuer.notAfter.toISOString()}`);
  const notAfter = Math.min(now + lifeSeconds * 1000, end);
  const [signingKey, keys] = await Promise.all([
    imported(authority.key),
    crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]),
  ]);
  const certificate = await x509.X509CertificateGenerator.create({
    subject: "CN=Perigee gateway",
    issuer: issuer.subject,
    notBefore: new Date(now - slackSeconds * 1000),
    notAfter: new Date(notAfter),
    publicKey: keys.publicKey,
    signingKey,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(
        names.map((value) => ({ type: isIP(value) === 0 ? ("dns" as const) : ("ip" as const), value })),
      ),
      await x509.AuthorityKeyIdentifierExtension.create(issuer),
    ],
  });
  if (!(await certificate.verify({ publicKey: issuer, signatureOnly: true }))) {
    throw new Error("the authority's key is not that of its certificate");
  }
  const key = pem("PRIVATE KEY", await crypto.subtle.exportKey("pkcs8", keys.privateKey));
  return { certificate: certificate.toString("pem"), key, notAfter };
}

const imported = (key: string): Promise<crypto.CryptoKey> =>
  crypto.subtle.importKey("pkcs8", x509.PemConverter.decode(key)[0] ?? new ArrayBuffer(0), algorithm, false, [
    "sign",
  ]);
const pem = (label: string, content: ArrayBuffer): string => x509.PemConverter.encode(content, label);

/** Traefik's configuration with a certificate in it: whoever does not say which name it asks for gets it too. */
export function certificateConfiguration({ certificate, key }: Signed): string {
  const pair = { certFile: certificate, keyFile: key };
  return JSON.stringify({ tls: { certificates: [pair], stores: { default: { defaultCertificate: pair } } } });
}

/** Milliseconds until another certificate is due: two thirds of the life from now. */
export function dueIn({ notAfter }: Pick<Signed, "notAfter">, now: number = Date.now()): number {
  return Math.max(0, ((notAfter - now) * 2) / 3);
}

/** Signs a certificate and puts it in place, and returns the milliseconds until the next. */
export async function renew(settings: CertificateSettings): Promise<number> {
  const read = (file: string): Promise<string> => readFile(join(settings.authority, file), "utf8");
  const [certificate, key] = await Promise.all([read("certificate"), read("key")]);
  const made = await signed(settings, { certificate, key });
  for (const [name, content] of Object.entries(settings.files)) await put(settings.folder, name, content);
  await put(settings.folder, "certificate.yaml", certificateConfiguration(made));
  say("info", `certificate for ${settings.names.join(", ")} until ${new Date(made.notAfter).toISOString()}`);
  return dueIn(made);
}

/** Whole or not at all: Traefik reads the folder at any moment, of it the files whose names end with `.yaml`. */
async function put(folder: string, name: string, content: string): Promise<void> {
  const draft = join(folder, `${name}.draft`);
  await writeFile(draft, content, { mode: 0o600 });
  await rename(draft, join(folder, name));
}

function say(level: "info" | "error", message: string): void {
  process.stdout.write(`${JSON.stringify({ level, time: new Date().toISOString(), message })}\n`);
}

/** Longest that one timer can wait. */
const longestSleep = 86_400_000;
const retryMs = 60_000;

async function keep(settings: CertificateSettings): Promise<never> {
  for (let due = Date.now() + (await renew(settings)); ;) {
    await sleep(Math.min(Math.max(due - Date.now(), 1000), longestSleep));
    if (Date.now() < due) continue;
    due = await renew(settings).then(
      (ms) => Date.now() + ms,
      (error: unknown) => {
        say("error", `no new certificate: ${error instanceof Error ? error.message : String(error)}`);
        return Date.now() + retryMs;
      },
    );
  }
}

/** `node certificates.cjs once|keep FILE`, with the settings as JSON. */
async function main([, , mode, file = ""]: readonly string[]): Promise<void> {
  const settings = JSON.parse(await readFile(file, "utf8")) as CertificateSettings;
  if (mode === "once") await renew(settings);
  else await keep(settings);
}

if (require.main === module) {
  process.once("SIGTERM", () => process.exit(0));
  main(process.argv).catch((error: unknown) => {
    say("error", error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  });
}
