/** Receiver of remote write: an address that takes samples, and what its answers mean. */
import { Agent as HttpAgent, request as httpRequest } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { reasonOf } from "../reasonOf";
import { requestHeaders } from "./remoteWrite";

/** Why Prometheus refuses a sample for good. */
type Refused = "too_old" | "future" | "same_time" | "refused";

/**
 * Answer to a request. refused: one of its samples can never be stored, and none of them was. failed: the receiver is
 * away, or not what it should be; the same request may be taken later.
 */
export type Answer =
  | { readonly kind: "written" }
  | { readonly kind: "refused"; readonly reason: Refused; readonly why: string }
  | { readonly kind: "failed"; readonly why: string };

/** Seconds for a whole answer. */
const timeoutSeconds = 10;
const mostOfAnswer = 300;

/** Prometheus' own errors about one sample, in tsdb and storage; some of its releases answer them with 500. */
const refusals: readonly (readonly [RegExp, Refused])[] = [
  [/too far in the future/i, "future"],
  [/duplicate sample/i, "same_time"],
  [/too old sample|out of order sample|out of bounds/i, "too_old"],
];

/** Meaning of an answer's status and text. */
export function answerOf(status: number, text: string): Answer {
  if (status >= 200 && status < 300) return { kind: "written" };
  const why = `${status} ${text.trim().slice(0, mostOfAnswer)}`.trim();
  const known = status === 400 || status === 500 ? refusals.find(([form]) => form.test(text)) : undefined;
  if (known) return { kind: "refused", reason: known[1], why };
  return status === 400 ? { kind: "refused", reason: "refused", why } : { kind: "failed", why };
}

/**
 * Client of the receiver: one connection, kept open. With `fetch`, and new buffers for each request, the exporter grew to
 * 333 MiB where it now has 148 (bench/telemetry/throughput.ts, 400,000 samples a second).
 */
export class Receiver {
  private readonly url: URL;
  private readonly headers: Readonly<Record<string, string>>;
  private readonly agent: HttpAgent;

  /** @param address a name and password in it become a header */
  constructor(address: string) {
    this.url = new URL(address);
    const { username, password } = this.url;
    const login = [username, password].map(decodeURIComponent).join(":");
    this.url.username = this.url.password = "";
    this.headers = {
      ...requestHeaders,
      "user-agent": "perigee-telemetry",
      ...(login !== ":" && { authorization: `Basic ${Buffer.from(login).toString("base64")}` }),
    };
    const kept = { keepAlive: true, maxSockets: 1 };
    this.agent = this.url.protocol === "https:" ? new HttpsAgent(kept) : new HttpAgent(kept);
  }

  async write(body: Uint8Array, stopped: AbortSignal): Promise<Answer> {
    try {
      const { status, text } = await this.post(body, stopped);
      return answerOf(status, text);
    } catch (error) {
      return { kind: "failed", why: reasonOf(error) };
    }
  }

  close(): void {
    this.agent.destroy();
  }

  private post(body: Uint8Array, signal: AbortSignal): Promise<{ status: number; text: string }> {
    const request = this.url.protocol === "https:" ? httpsRequest : httpRequest;
    return new Promise((resolve, reject) => {
      const headers = { ...this.headers, "content-length": body.length };
      const sent = request(this.url, { method: "POST", agent: this.agent, headers, signal });
      const late = setTimeout(
        () => sent.destroy(new Error(`no answer within ${timeoutSeconds} s`)),
        timeoutSeconds * 1000,
      );
      const fail = (error: Error): void => {
        clearTimeout(late);
        reject(error);
      };
      sent.on("error", fail);
      sent.on("response", (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => {
          if (text.length < mostOfAnswer) text += chunk;
        });
        response.on("error", fail);
        response.on("end", () => {
          clearTimeout(late);
          resolve({ status: response.statusCode ?? 0, text });
        });
      });
      sent.end(body);
    });
  }
}
