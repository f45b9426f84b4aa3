/** A real gateway (the released Traefik) on loopback, with Perigee's routes, logins and certificate; pages tell what reaches them. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { request } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { hash } from "bcryptjs";
import { answering, freePort } from "../../../lab/processes";
import { ensureWheels } from "../../../lab/supply/toolchain/wheels";
import { type CertificateSettings, renew } from "../../../workloads/access/gateway/certificates";
import { type Page, pageNames } from "../../../workloads/access/gateway/pages";
import { traefikArguments } from "../../../workloads/access/gateway/pods";
import { type Role, roles } from "../../../workloads/access/gateway/routers";
import { dynamicConfiguration, loginFile, readyPath } from "../../../workloads/access/gateway/routes";
import { signOnUrl } from "../../../workloads/access/gateway/signOnRoutes";
import type { Oidc } from "../../../workloads/access/gateway/signOnSettings";
import { parseSettings } from "../../../workloads/config";

export interface Answer {
  readonly status: number;
  readonly location: string | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** What the page was asked for, and the login that reached it. */
  readonly body: string;
}

export interface Question {
  readonly path: string;
  readonly method?: string;
  readonly user?: Role;
  readonly password?: string;
  /** Name that is asked for; default: the address. */
  readonly host?: string;
}

/** Workloads' own routes: one by its path, one that keeps it, one by a name, one for operators. */
const routes = parseSettings({
  gateway: {
    enabled: true,
    routes: [
      { name: "planner", namespace: "flight", service: "planner", port: 8080 },
      { name: "archive", namespace: "flight", service: "archive", keepPath: true },
      { name: "open", namespace: "flight", service: "open", host: "open.example.org", login: "none" },
      { name: "app", namespace: "flight", service: "app", host: "app.example.org" },
      { name: "admin", namespace: "flight", service: "admin", login: "operator" },
      // Named as parts of the gateway's own configuration.
      ...["entry", "headers", "viewer", "operator", "prometheus-read"].map((name) => ({
        ...{ name, namespace: "flight", service: name },
      })),
    ],
  },
}).gateway.routes;

/** A sign-on on loopback, and who may what by it. */
interface SignOnAt {
  readonly url: string;
  readonly groups: Oidc["groups"];
}

/** The password of each user. */
export const passwordOf = (role: Role): string => `${role}-password-1`;

export class OwnGateway {
  private said = "";

  private constructor(
    readonly folder: string,
    readonly https: number,
    readonly http: number,
    readonly certificates: CertificateSettings,
    readonly authority: string,
    private readonly page: Server,
    private readonly child: ChildProcess,
  ) {
    child.stdout?.on("data", (part) => (this.said += String(part)));
  }

  /**
   * @param cost rounds of bcrypt for a login, as a power of two
   * @param written what becomes of the routes on their way to Traefik
   * @param signOn given where people log in at a provider, with the port that they come back to
   */
  static async start(
    authority: Readonly<Record<"certificate" | "key", string>>,
    cost = 4,
    written = (routes: string): string => routes,
    signOn?: SignOnAt & { readonly https: number },
  ): Promise<OwnGateway> {
    const { gateway } = await ensureWheels(["gateway"], (line) => console.log(line));
    const folder = await mkdtemp(join(tmpdir(), "perigee-gateway-"));
    const page = await tellingPage();
    const certificates = await filled(folder, authority, `http://127.0.0.1:${portOf(page)}`, cost, signOn);
    const { "routes.yaml": routes = "" } = certificates.files;
    await renew({ ...certificates, files: { "routes.yaml": written(routes) } });
    const [https, http, metrics] = [signOn?.https ?? (await freePort()), await freePort(), await freePort()];
    const args = traefikArguments({ https, http, metrics, published: https, folder: certificates.folder });
    const child = spawn(gateway ?? "", args, { stdio: ["ignore", "pipe", "inherit"] });
    const own = new OwnGateway(folder, https, http, certificates, authority.certificate, page, child);
    const problem = await answering({ address: "127.0.0.1", port: https }, 20_000);
    if (problem === undefined) return own;
    await own.stop();
    throw new Error(problem);
  }

  /** @throws Error when the certificate is not verified by the authority, where that is asked for */
  ask({ path, method = "GET", user, password, host }: Question, isVerified = true): Promise<Answer> {
    const auth = user === undefined ? undefined : `${user}:${password ?? passwordOf(user)}`;
    const headers = host === undefined ? {} : { host };
    const options = { host: "127.0.0.1", port: this.https, ca: this.authority, path, method, auth, headers };
    return new Promise((resolve, reject) => {
      const sent = request({ ...options, agent: false, rejectUnauthorized: isVerified }, (answer) => {
        let body = "";
        answer.setEncoding("utf8").on("data", (part: string) => (body += part));
        answer.on("end", () => {
          const { statusCode: status = 0, headers } = answer;
          resolve({ status, location: headers.location, headers, body });
        });
      });
      sent.on("error", reject).end();
    });
  }

  /** Waits until Traefik has its routes. */
  async routed(): Promise<void> {
    for (const end = Date.now() + 30_000; Date.now() < end; await pause(50)) {
      if ((await this.ask({ path: readyPath }).catch(() => undefined))?.status === 200) return;
    }
    throw new Error("waited 30 s for the gateway's routes");
  }

  /** URL of what all routes lead to. */
  get pageUrl(): string {
    return `http://127.0.0.1:${portOf(this.page)}`;
  }

  /** What Traefik has written: who asked for what. */
  get log(): string {
    return this.said;
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  async stop(): Promise<void> {
    if (this.child.exitCode === null && this.child.kill("SIGKILL")) await once(this.child, "exit");
    this.page.closeAllConnections();
    await new Promise((resolve) => this.page.close(resolve));
    await rm(this.folder, { recursive: true, force: true });
  }
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

async function tellingPage(): Promise<Server> {
  const page = createServer(({ method, url, headers }, response) => {
    // What a browser and TLS say by themselves is left out.
    const told = Object.entries(headers).filter(([name]) =>
      /user|email|group|auth-request|cookie|gap/.test(name),
    );
    response.setHeader("x-told", JSON.stringify(Object.fromEntries(told)));
    response.end(`${method} ${url} ${headers.authorization ?? "-"}`);
  });
  await new Promise<void>((resolve) => page.listen(0, "127.0.0.1", resolve));
  return page;
}

/** The files of a pod, in a folder, with all pages at one address. */
async function filled(
  folder: string,
  authority: Readonly<Record<string, string>>,
  page: string,
  cost: number,
  signOn: SignOnAt | undefined,
): Promise<CertificateSettings> {
  for (const name of ["authority", "dynamic", "logins"]) await mkdir(join(folder, name));
  for (const [name, text] of Object.entries(authority)) {
    await writeFile(join(folder, "authority", name), text);
  }
  const lines = await Promise.all(roles.map(async (role) => `${role}:${await hash(passwordOf(role), cost)}`));
  for (const [i, role] of roles.entries()) {
    await writeFile(join(folder, "logins", role), lines.slice(i).join("\n"));
  }
  const text = JSON.stringify(dynamicConfiguration([...pageNames] as [Page, ...Page[]], routes, signOn))
    .replaceAll(/"url":"(?!http:\/\/gateway-sign-on)[^"]*"/g, `"url":"${page}"`)
    .replaceAll(signOnUrl, signOn?.url ?? "")
    .replaceAll(loginFile("viewer"), join(folder, "logins/viewer"))
    .replaceAll(loginFile("operator"), join(folder, "logins/operator"));
  return {
    ...{
      names: ["127.0.0.1", "ground.example.org", "app.example.org", "open.example.org"],
      lifeSeconds: 3600,
      files: { "routes.yaml": text },
    },
    ...{ authority: join(folder, "authority"), folder: join(folder, "dynamic") },
  };
}
