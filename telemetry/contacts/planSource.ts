/** Source of a contact plan: a file or an HTTP address, read again and again. The last good plan is kept. */
import { createReadStream } from "node:fs";
import type { Log } from "../log";
import { loginProblem } from "../loginProblem";
import { reasonOf } from "../reasonOf";
import { ContactPlan, type Contacts } from "./contactPlan";
import { contactsOf, mostPlanBytes, PlanError, readContacts } from "./planFile";

/** Seconds between two readings of a file, and of an address that answers; one that does not is asked each minute. */
const fileSeconds = 60;
const httpSeconds = 300;
const retrySeconds = 60;
/** Seconds for a whole answer. */
const timeoutSeconds = 10;

export interface PlanSourceArgs {
  /** Path of a file, or an http:// or https:// URL. */
  readonly place: string;
  readonly spacecraft: string;
  /** Further spacecraft that the place is read for, in the same reading. */
  readonly others?: readonly string[];
  readonly log: Log;
  /** Current time in seconds since 1970. */
  readonly clock: () => number;
}

/** Plan of a file or address. */
export class PlanSource implements Contacts {
  plan: ContactPlan | undefined;
  readAt: number;
  private readonly others = new Map<string, ContactPlan>();
  private timer: NodeJS.Timeout | undefined;
  private isClosed = false;
  private hasFailed = false;

  private constructor(private readonly args: PlanSourceArgs) {
    this.readAt = args.clock();
  }

  /**
   * Source that has been read once.
   * @throws PlanError or the system's error for a file; an address that does not answer is asked again later
   */
  static async open(args: PlanSourceArgs): Promise<PlanSource> {
    const source = new PlanSource(args);
    if (isUrl(args.place) && !URL.canParse(args.place)) throw new PlanError(["is no URL"]);
    const wrongLogin = isUrl(args.place) ? loginProblem(args.place) : undefined;
    if (wrongLogin !== undefined) throw new PlanError([wrongLogin]);
    if (isUrl(args.place)) await source.read();
    else await source.take();
    source.again();
    return source;
  }

  /** Contacts of one of the spacecraft. */
  of(spacecraft: string): Contacts {
    if (spacecraft === this.args.spacecraft) return this;
    // Each reading makes other plans.
    const plan = (): ContactPlan | undefined => this.others.get(spacecraft);
    const readAt = (): number => this.readAt;
    return {
      get plan() {
        return plan();
      },
      get readAt() {
        return readAt();
      },
    };
  }

  close(): void {
    this.isClosed = true;
    clearTimeout(this.timer);
  }

  private again(): void {
    if (this.isClosed) return;
    const usual = isUrl(this.args.place) ? httpSeconds : fileSeconds;
    const seconds = this.hasFailed ? retrySeconds : usual;
    this.timer = setTimeout(() => void this.read().then(() => this.again()), seconds * 1000).unref();
  }

  /** Reads the plan; a failure is told once, and keeps the plan as it is. */
  async read(): Promise<void> {
    try {
      await this.take();
      if (this.hasFailed) this.args.log.info("the contact plan can be read again");
      this.hasFailed = false;
    } catch (error) {
      if (!this.hasFailed) this.args.log.warn("the contact plan cannot be read", { reason: reasonOf(error) });
      this.hasFailed = true;
    }
  }

  private async take(): Promise<void> {
    const { place, spacecraft, others, clock } = this.args;
    const text = isUrl(place) ? await fetched(place) : await fileText(place);
    const contacts = readContacts(text);
    this.plan = new ContactPlan(contactsOf(contacts, spacecraft));
    for (const other of others ?? []) this.others.set(other, new ContactPlan(contactsOf(contacts, other)));
    this.readAt = clock();
  }
}

/** True for what is fetched and not read from a file. */
export const isUrl = (place: string): boolean => /^https?:\/\//i.test(place);

/** Text of a file, also of a pipe or device, of which no more is read than a plan may have. */
const fileText = (path: string): Promise<string> => textOf(createReadStream(path, { end: mostPlanBytes }));

/** Answer of an address. A name and password in the URL become a header: `fetch` refuses them. */
async function fetched(place: string): Promise<string> {
  const url = new URL(place);
  const login = [url.username, url.password].map(decodeURIComponent).join(":");
  url.username = url.password = "";
  const answer = await fetch(url, {
    signal: AbortSignal.timeout(timeoutSeconds * 1000),
    headers: {
      accept: "application/json, application/yaml, text/csv",
      ...(login !== ":" && { authorization: `Basic ${Buffer.from(login).toString("base64")}` }),
    },
  });
  if (!answer.ok) {
    await answer.body?.cancel();
    throw new PlanError([`the answer is ${answer.status} ${answer.statusText}`]);
  }
  return textOf((answer.body as AsyncIterable<Uint8Array> | null) ?? []);
}

async function textOf(source: AsyncIterable<Uint8Array> | readonly Uint8Array[]): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of source) {
    bytes += chunk.length;
    // Leaving the loop cancels the rest.
    if (bytes > mostPlanBytes) throw tooLong();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

const tooLong = (): PlanError => new PlanError([`is longer than ${mostPlanBytes} bytes`]);
