/** Receiver of remote write: an address that takes samples, and what its answers mean. */
import { requestHeaders } from "./remoteWrite";

/** Why Prometheus refuses a sample for good. */
export type Refused = "too_old" | "future" | "same_time" | "refused";

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

export class Receiver {
  private readonly url: URL;
  private readonly login: string;

  /** @param address a name and password in it become a header: `fetch` refuses them */
  constructor(address: string) {
    this.url = new URL(address);
    const { username, password } = this.url;
    this.login = [username, password].map(decodeURIComponent).join(":");
    this.url.username = this.url.password = "";
  }

  async write(body: Uint8Array, stopped: AbortSignal): Promise<Answer> {
    try {
      const answer = await fetch(this.url, {
        method: "POST",
        body: body as Uint8Array<ArrayBuffer>,
        headers: {
          ...requestHeaders,
          "user-agent": "perigee-telemetry",
          ...(this.login !== ":" && { authorization: `Basic ${Buffer.from(this.login).toString("base64")}` }),
        },
        // Followed, a redirection would become a GET.
        redirect: "manual",
        signal: AbortSignal.any([stopped, AbortSignal.timeout(timeoutSeconds * 1000)]),
      });
      return answerOf(answer.status, await answer.text());
    } catch (error) {
      return { kind: "failed", why: reasonOf(error) };
    }
  }
}

/** Reason in one line: `fetch` hides the system's error in its cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
