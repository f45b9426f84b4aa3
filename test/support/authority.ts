/** Certificates of a test, signed by an authority of its own. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../../lab/command";

/** Paths of a certificate and its key, both PEM. */
export interface Pair {
  readonly certificate: string;
  readonly key: string;
}

export class Authority {
  private constructor(private readonly folder: string) {}

  /** @param folder where its files are put; it is made */
  static async made(folder: string): Promise<Authority> {
    await mkdir(folder);
    const authority = new Authority(folder);
    const own = ["-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=keyCertSign"];
    const { certificate, key } = authority.own;
    await openssl(
      "req",
      "-x509",
      ...fresh,
      "-days",
      "2",
      "-subj",
      "/CN=test",
      ...own,
      "-keyout",
      key,
      "-out",
      certificate,
    );
    return authority;
  }

  /** The authority's certificate and key. */
  get own(): Pair {
    return this.pair("ca");
  }

  /** @param names subject alternative names, as openssl writes them: `IP:127.0.0.1` */
  async signed(commonName: string, names: string): Promise<Pair> {
    const { certificate, key } = this.pair(commonName);
    const [request, extensions] = [join(this.folder, "request.pem"), join(this.folder, "extensions")];
    await writeFile(extensions, `subjectAltName=${names}\nextendedKeyUsage=serverAuth,clientAuth\n`);
    await openssl("req", ...fresh, "-subj", `/CN=${commonName}`, "-keyout", key, "-out", request);
    const by = ["-CA", this.own.certificate, "-CAkey", this.own.key, "-CAcreateserial", "-days", "2"];
    await openssl("x509", "-req", "-in", request, ...by, "-extfile", extensions, "-out", certificate);
    return { certificate, key };
  }

  private pair(name: string): Pair {
    return { certificate: join(this.folder, `${name}.crt`), key: join(this.folder, `${name}.key`) };
  }
}

const fresh = ["-newkey", "rsa:2048", "-nodes"];

async function openssl(...args: string[]): Promise<void> {
  await run("openssl", args);
}
