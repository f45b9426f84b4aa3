/** The dashboards that the server knows: renewed every ten seconds, kept when their source fails. */
import type { Dashboard } from "../model/dashboard";
import type { DashboardFile } from "./configMaps";

/** An entry of Grafana's search. */
export interface SearchResult {
  readonly uid: string;
  readonly title: string;
  readonly url: string;
  readonly type: "dash-db";
  readonly folderTitle: string;
  readonly tags: readonly string[];
}

export interface Known {
  readonly file: string;
  readonly folder: string;
  readonly dashboard: Dashboard;
}

const periodMs = 10_000;

export class Catalogue {
  private known: ReadonlyMap<string, Known> = new Map();
  /** Why the last reading failed; undefined after a good one. */
  problem: string | undefined = "the dashboards have not been read yet";
  private timer: NodeJS.Timeout | undefined;

  /**
   * @param read reads all files
   * @param log called with each new problem, and with its end
   */
  constructor(
    private readonly read: () => Promise<DashboardFile[]>,
    private readonly log: (message: string) => void,
    private readonly rootPath = "",
  ) {}

  /** Reads now, and every ten seconds from then on. */
  async start(): Promise<void> {
    await this.renew();
    this.timer = setTimeout(() => void this.start(), periodMs);
    this.timer.unref();
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  /** Reads once. A failure leaves what is known, and is told. */
  async renew(): Promise<void> {
    const before = this.problem;
    try {
      const { known, faults } = parseDashboards(await this.read());
      this.known = known;
      this.problem = faults.length === 0 ? undefined : faults.join("; ");
    } catch (error) {
      const { message, cause } = error as Error;
      this.problem = cause instanceof Error ? `${message}: ${cause.message}` : message;
    }
    if (this.problem !== before) this.log(this.problem ?? `${this.known.size} dashboards`);
  }

  get(uid: string): Known | undefined {
    return this.known.get(uid);
  }

  /** Path of a dashboard in people's addresses. */
  pathOf(uid: string): string {
    return `${this.rootPath}/d/${encodeURIComponent(uid)}`;
  }

  /** All dashboards by title. */
  search(): SearchResult[] {
    return [...this.known.values()]
      .map(({ folder, dashboard: { uid, title, tags = [] } }) => ({
        uid,
        title,
        url: this.pathOf(uid),
        type: "dash-db" as const,
        folderTitle: folder || "General",
        tags,
      }))
      .sort((one, other) => one.title.localeCompare(other.title));
  }

  /** Uid of the dashboard in a file of this name, else of the first one; undefined when there is none. */
  home(file: string): string | undefined {
    const found = [...this.known.values()].find((known) => known.file === file);
    return found?.dashboard.uid ?? this.search()[0]?.uid;
  }
}

/** Dashboards by uid; a file that holds none is a fault, and hides no other. */
function parseDashboards(files: readonly DashboardFile[]): {
  known: Map<string, Known>;
  faults: string[];
} {
  const known = new Map<string, Known>();
  const faults: string[] = [];
  for (const { name, folder, json } of files) {
    try {
      const dashboard = JSON.parse(json) as Partial<Dashboard> | null;
      const { uid, title } = dashboard ?? {};
      if (typeof uid !== "string" || uid === "" || typeof title !== "string") {
        throw new Error("no uid or no title");
      }
      if (known.has(uid)) throw new Error(`the uid ${uid} is also in ${known.get(uid)?.file}`);
      known.set(uid, { file: name, folder, dashboard: dashboard as Dashboard });
    } catch (error) {
      faults.push(`${name}: ${(error as Error).message}`);
    }
  }
  return { known, faults };
}
