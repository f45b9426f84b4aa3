/** A real identity provider over HTTPS, with people of a test: Dex' server (lab/supply/toolchain/dex). */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { answering, freePort } from "../../../lab/processes";
import { Authority } from "../authority";

export interface Person {
  readonly email: string;
  readonly groups: readonly string[];
  /** Default: true. */
  readonly verified?: boolean;
}

export const password = "a password of a test";
export const clientId = "kubernetes";

export interface ProviderOptions {
  /** At which it is asked; default: loopback. */
  readonly address?: string;
  /** A client with a secret, and the addresses to which people come back. */
  readonly client?: { readonly id: string; readonly secret: string; readonly redirects: readonly string[] };
  /** How long tokens are good for; default: 1h. */
  readonly valid?: string;
}

export class IdentityProvider {
  private constructor(
    private readonly folder: string,
    private readonly child: ChildProcess,
    readonly issuer: string,
    /** The authority that signed its certificate, PEM. */
    readonly authority: string,
  ) {}

  /**
   * @param program the built one
   */
  static async start(
    program: string,
    those: readonly Person[],
    { address = "127.0.0.1", client, valid = "1h" }: ProviderOptions = {},
  ): Promise<IdentityProvider> {
    const folder = await mkdtemp(join(tmpdir(), "perigee-provider-"));
    const authority = await Authority.made(join(folder, "authority"));
    const { certificate, key } = await authority.signed("provider", `IP:${address}`);
    const port = await freePort();
    const issuer = `https://${address}:${port}/ground`;
    const people = join(folder, "people.json");
    const args = ["-listen", `${address}:${port}`, "-issuer", issuer, "-people", people, "-client", clientId];
    if (client !== undefined) {
      const confidential = join(folder, "client.json");
      await writeFile(confidential, JSON.stringify(client), { mode: 0o600 });
      args.push("-confidential", confidential);
    }
    const served = ["-cert", certificate, "-key", key, "-valid", valid];
    const child = spawn(program, [...args, ...served], { stdio: "ignore" });
    const text = await readFile(authority.own.certificate, "utf8");
    const provider = new IdentityProvider(folder, child, issuer, text);
    await provider.change(those);
    const problem = await answering({ address, port }, 20_000);
    if (problem === undefined) return provider;
    await provider.stop();
    throw new Error(`the identity provider: ${problem}`);
  }

  /** People from now on. */
  async change(people: readonly Person[]): Promise<void> {
    const file = join(this.folder, "people.json");
    await writeFile(file, JSON.stringify(people.map((each) => ({ ...each, password }))));
  }

  async stop(): Promise<void> {
    const exit = new Promise((resolve) => this.child.once("exit", resolve));
    if (this.child.exitCode === null && this.child.kill("SIGTERM")) await exit;
    await rm(this.folder, { recursive: true, force: true });
  }

  /** The token that a login of this person gives. */
  async token(email: string): Promise<string> {
    const form = new URLSearchParams({
      ...{ grant_type: "password", username: email, password, client_id: clientId },
      scope: "openid email groups",
    });
    const said = await this.post("/token", form.toString());
    const { id_token: token } = JSON.parse(said) as { id_token?: string };
    if (token === undefined) throw new Error(`no token: ${said}`);
    return token;
  }

  private post(path: string, body: string): Promise<string> {
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    return new Promise((resolve, reject) => {
      const asked = request(
        `${this.issuer}${path}`,
        { method: "POST", headers, ca: this.authority },
        (answer) => {
          let text = "";
          answer.setEncoding("utf8").on("data", (part: string) => (text += part));
          answer.on("end", () => resolve(text));
        },
      );
      asked.on("error", reject).end(body);
    });
  }
}
