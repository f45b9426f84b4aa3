/** Sign-in with a name and a password (HTTP Basic, which Grafana's API also takes). */
import { createHash, timingSafeEqual } from "node:crypto";

export interface SignIn {
  readonly user: string;
  readonly password: string;
}

/** True when the header `authorization` holds this name and password. Takes equally long for any wrong one. */
export function isSignedIn(header: string | undefined, { user, password }: SignIn): boolean {
  const given = /^Basic ([A-Za-z0-9+/=]+)$/.exec(header ?? "")?.[1] ?? "";
  const expected = Buffer.from(`${user}:${password}`, "utf8").toString("base64");
  return timingSafeEqual(digest(given), digest(expected));
}

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
