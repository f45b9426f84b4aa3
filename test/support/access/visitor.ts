/** Somebody who opens pages as a browser does, as far as logins go: cookies by host, redirects, a form of the provider. */
import { request } from "node:https";
import { password } from "./identityProvider";

export interface Visit {
  /** Where the last answer came from. */
  readonly url: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
  /** Addresses on the way, the last one too. */
  readonly way: readonly string[];
}

export interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Milliseconds for an answer. */
const patience = 20_000;

/** What a browser sends where somebody opens a page. */
export const opening = { accept: "text/html,application/xhtml+xml,*/*;q=0.8" } as const;

const mostRedirects = 12;

export class Visitor {
  /** Cookies by host and name, as they were set. */
  readonly jar = new Map<string, Map<string, string>>();
  /** Every `Set-Cookie` that came. */
  readonly set: string[] = [];

  /**
   * @param email with which they log in at the provider, when it asks
   * @param authorities PEM
   * @param address of a host that has another one than its name says
   */
  constructor(
    private readonly email: string,
    private readonly authorities: readonly string[],
    private readonly address: (host: string) => string = (host) => host,
  ) {}

  /** Opens a page, is led wherever it leads, and logs in there. */
  async open(url: string): Promise<Visit> {
    const way: string[] = [];
    let next: { url: string; asked: Asked } = { url, asked: { headers: opening } };
    for (let i = 0; i < mostRedirects; i += 1) {
      way.push(next.url);
      const answer = await this.ask(next.url, next.asked);
      const { location } = answer.headers;
      const form = /<form[^>]*action="([^"]*)"/.exec(answer.body)?.[1]?.replaceAll("&amp;", "&");
      if (answer.status >= 300 && answer.status < 400 && typeof location === "string") {
        next = { url: new URL(location, next.url).href, asked: { headers: opening } };
      } else if (form !== undefined && answer.body.includes('name="password"')) {
        const body = new URLSearchParams({ login: this.email, password }).toString();
        const headers = { ...opening, "content-type": "application/x-www-form-urlencoded" };
        next = { url: new URL(form, next.url).href, asked: { method: "POST", headers, body } };
      } else {
        return { ...answer, way };
      }
    }
    throw new Error(`redirected too often: ${way.join(" ")}`);
  }

  /** One request, with the host's cookies. */
  ask(url: string, { method = "GET", headers = {}, body }: Asked = {}): Promise<Visit> {
    const { host, hostname, port, pathname, search } = new URL(url);
    const jar = this.jar.get(hostname) ?? new Map<string, string>();
    this.jar.set(hostname, jar);
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
    const options = {
      ...{ host: this.address(hostname), port, path: `${pathname}${search}`, method, agent: false as const },
      ...{ ca: [...this.authorities], servername: /^[\d.]+$/.test(hostname) ? "" : hostname },
      timeout: patience,
      headers: { host, ...(cookie !== "" && { cookie }), ...headers },
    };
    return new Promise((resolve, reject) => {
      const sent = request(options, (answer) => {
        for (const each of answer.headers["set-cookie"] ?? []) this.keep(jar, each);
        let text = "";
        answer.setEncoding("utf8").on("data", (part: string) => (text += part));
        answer.on("end", () => {
          resolve({ url, status: answer.statusCode ?? 0, headers: answer.headers, body: text, way: [url] });
        });
      });
      sent.on("timeout", () => sent.destroy(new Error(`${url}: no answer within ${patience} ms`)));
      sent.on("error", reject).end(body);
    });
  }

  private keep(jar: Map<string, string>, cookie: string): void {
    this.set.push(cookie);
    const [pair = ""] = cookie.split(";");
    const name = pair.slice(0, pair.indexOf("="));
    if (/;\s*max-age=(0|-\d+)\b/i.test(cookie)) jar.delete(name);
    else jar.set(name, pair.slice(name.length + 1));
  }
}
