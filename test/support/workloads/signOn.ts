/** A real sign-on on loopback: Traefik, oauth2-proxy with Perigee's arguments, and an identity provider with people of a test. */
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { answering, freePort } from "../../../lab/processes";
import { signOnArguments } from "../../../workloads/access/gateway/signOn";
import { type Oidc, oidc } from "../../../workloads/access/gateway/signOnSettings";
import { IdentityProvider, type Person } from "../access/identityProvider";
import { builtProgram } from "../builtProgram";
import { OwnGateway } from "./gateway";
import { madeAuthority } from "./gatewayAuthority";

const provider = builtProgram("identity-provider", "provider");
const program = builtProgram("sign-on", "oauth2-proxy");
export const signOnProgram = program ?? "";

/** Whether its programs are built: `make toolchain`. */
export const hasSignOn = provider !== undefined && program !== undefined;

/** Names by which the gateway is opened. */
const hosts = ["127.0.0.1", "app.example.org"];

export interface SignOnOptions {
  readonly people: readonly Person[];
  readonly settings?: Partial<Oidc>;
  /** Seconds of a login. */
  readonly session?: { readonly refresh: number; readonly life: number };
  /** How long the provider's tokens are good for. */
  readonly valid?: string;
}

export class OwnSignOn {
  private said = "";

  private constructor(
    readonly gateway: OwnGateway,
    readonly provider: IdentityProvider,
    readonly metrics: number,
    /** Where Traefik asks it. */
    readonly url: string,
    readonly secrets: Readonly<Record<"clientSecret" | "cookieSecret", string>>,
    /** With the secrets. */
    readonly folder: string,
    private readonly child: ChildProcess,
  ) {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on("data", (part) => (this.said += String(part)));
    }
  }

  static async start(options: SignOnOptions): Promise<OwnSignOn> {
    const folder = await mkdtemp(join(tmpdir(), "perigee-sign-on-"));
    const [https, port, metrics] = [await freePort(), await freePort(), await freePort()];
    const secrets = {
      clientSecret: "pages-secret-of-a-test",
      cookieSecret: randomBytes(32).toString("base64url"),
    };
    const redirects = hosts.map((host) => `https://${host}:${https}/oauth2/callback`);
    const client = { id: "pages", secret: secrets.clientSecret, redirects };
    const { people, valid } = options;
    const asked = await IdentityProvider.start(provider ?? "", people, { client, ...(valid && { valid }) });
    for (const [name, text] of Object.entries({ ...secrets, certificateAuthority: asked.authority })) {
      await writeFile(join(folder, name), text, { mode: 0o600 });
    }
    const settings = oidc.parse({
      ...{ issuer: asked.issuer, clientId: client.id, clientSecret: client.secret },
      ...{ certificateAuthority: asked.authority, scopes: ["email", "groups", "offline_access"] },
      groups: { viewer: ["flight"], operator: ["flight directors"] },
      ...options.settings,
    });
    const places = { address: `127.0.0.1:${port}`, metrics: `127.0.0.1:${metrics}`, folder };
    const child = spawn(signOnProgram, signOnArguments(settings, places, options.session));
    const { groups } = settings;
    const at = { url: `http://127.0.0.1:${port}`, groups, https };
    const gateway = await OwnGateway.start(madeAuthority(), 4, undefined, at);
    const own = new OwnSignOn(gateway, asked, metrics, at.url, secrets, folder, child);
    const problem = await answering({ address: "127.0.0.1", port }, 20_000);
    await gateway.routed();
    if (problem === undefined) return own;
    await own.stop();
    throw new Error(`${problem}\n${own.log}`);
  }

  /** What the sign-on has written. */
  get log(): string {
    return this.said;
  }

  async stop(): Promise<void> {
    this.child.kill("SIGKILL");
    await this.gateway.stop();
    await this.provider.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}
