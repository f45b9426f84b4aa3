/** Session tokens of IMDSv2: each is for one instance and for as long as was asked. */
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

/** Longest life of a token, in seconds: six hours. */
const longestSeconds = 21_600;

export class SessionTokens {
  /** Tokens do not outlive the server; whoever has one of a former server gets 401 and asks for another. */
  private readonly key = randomBytes(32);

  constructor(private readonly now: () => Date) {}

  /** A token, or undefined when the life that was asked for is not 1 to 21600 whole seconds. */
  issue(instanceId: string, life: string | undefined): string | undefined {
    const seconds = /^\d{1,5}$/.test(life ?? "") ? Number(life) : 0;
    if (seconds < 1 || seconds > longestSeconds) return undefined;
    return this.token(instanceId, this.now().getTime() + seconds * 1000);
  }

  isValid(instanceId: string, token: string): boolean {
    const expires = Buffer.from(token, "base64url").subarray(0, 6);
    if (expires.length < 6 || expires.readUIntBE(0, 6) <= this.now().getTime()) return false;
    const [given, wanted] = [
      Buffer.from(token),
      Buffer.from(this.token(instanceId, expires.readUIntBE(0, 6))),
    ];
    return given.length === wanted.length && timingSafeEqual(given, wanted);
  }

  private token(instanceId: string, expires: number): string {
    const until = Buffer.alloc(6);
    until.writeUIntBE(expires, 0, 6);
    const seal = createHmac("sha256", this.key).update(until).update(instanceId).digest();
    return Buffer.concat([until, seal]).toString("base64url");
  }
}
