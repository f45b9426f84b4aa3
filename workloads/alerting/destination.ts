/** URLs that Alertmanager calls. */
import { z } from "zod";

/** Whether a URL's host is the caller's own pod. The URL parser writes 127.1 and 0x7f.1 of http as 127.0.0.1. */
export function isOwnPod(given: string): boolean {
  if (!URL.canParse(given)) return false;
  const host = new URL(given).hostname.replace(/\.$/, "");
  return /^(localhost|.+\.localhost|127(\.\d+){1,3}|0\.0\.0\.0|\[::1?\]|\[::ffff:7f[0-9a-f]{2}:[0-9a-f]+\])$/i.test(
    host,
  );
}

/** Host, credentials and the rest as Go's `url.Parse` takes them; braces are out, because Alertmanager fills in `{{`. */
const form =
  /^https?:\/\/(?:(?:[\w.~!$&'()*+,;=:-]|%[\da-f]{2})*@)?(?:[\p{L}\p{M}\p{N}_.-]+|\[[\da-f:.]+\])(?::\d+)?(?:[/?#](?:[\p{L}\p{M}\p{N}_.~!$&'()*+,;=:@/?#[\]-]|%[\da-f]{2})*)?$/iu;

const error =
  "an http(s) URL of letters, digits and -._~:/?#[]@!$&'()*+,;= with everything else as %XX (Alertmanager loads not every other, and takes {{ for a template)";

/** An http(s) URL that Alertmanager loads, outside its own pod. */
export const destination = z
  .string({ error })
  .refine((given) => form.test(given) && URL.canParse(given), { error })
  .refine((given) => !isOwnPod(given), {
    error: "a URL outside Alertmanager's own pod, which is what localhost means there",
  });
