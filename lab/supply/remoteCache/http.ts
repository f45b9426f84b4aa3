/** Cache behind a web server. Node itself heeds NODE_EXTRA_CA_CERTS. */
import { fetchFailure } from "../../fetchFailure";
import type { Location } from "./location";
import { type CacheSource, type Content, type Limits, Unavailable } from "./source";

/** An answer of a web server, whose body is not read yet. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly content: Content;
  /** Ends the answer without reading it. */
  discard(): void;
}

/** The files below a URL. */
export function httpSource(location: Location & { kind: "http" }, limits: Limits): CacheSource {
  const headers = location.authorization === undefined ? {} : { authorization: location.authorization };
  return {
    said: location.said,
    open: async (file) => contentOf(await ask(new URL(file, location.base), headers, limits)),
  };
}

/**
 * Answer to a GET request, with limits for its beginning, for a pause in it, and for the whole.
 * @throws Unavailable when there is none
 */
export async function ask(url: URL, headers: Record<string, string>, limits: Limits): Promise<Answer> {
  const controller = new AbortController();
  const { answerMs } = limits;
  const timer = setTimeout(() => controller.abort(late("no answer within", answerMs)), answerMs);
  try {
    const response = await fetch(url, { headers, signal: controller.signal });
    const length = response.headers.get("content-length");
    // A compressed answer has the length of what travels, not of what arrives.
    const known = length !== null && !response.headers.has("content-encoding");
    return {
      status: response.status,
      headers: response.headers,
      content: { ...(known && { bytes: Number(length) }), chunks: chunksOf(response, controller, limits) },
      discard: () => controller.abort(),
    };
  } catch (error) {
    throw new Unavailable(fetchFailure(error), true);
  } finally {
    clearTimeout(timer);
  }
}

/** The content of an answer; undefined when the server does not have it. */
export function contentOf(answer: Answer): Content | undefined {
  const { status } = answer;
  if (status === 200) return answer.content;
  answer.discard();
  if (status === 404 || status === 410) return undefined;
  throw new Unavailable(`HTTP ${status}`, status >= 500 || status === 408 || status === 429);
}

async function* chunksOf(
  response: Response,
  controller: AbortController,
  { silenceMs, fileMs }: Limits,
): AsyncGenerator<Uint8Array> {
  const silence = setTimeout(() => controller.abort(late("nothing more for", silenceMs)), silenceMs);
  const whole = setTimeout(() => controller.abort(late("not complete after", fileMs)), fileMs);
  try {
    for await (const chunk of response.body ?? []) {
      yield chunk as Uint8Array;
      silence.refresh();
    }
  } catch (error) {
    throw new Unavailable(fetchFailure(error), true);
  } finally {
    clearTimeout(silence);
    clearTimeout(whole);
    controller.abort();
  }
}

function late(what: string, limitMs: number): Error {
  return new Error(`${what} ${limitMs / 1000} s`);
}
