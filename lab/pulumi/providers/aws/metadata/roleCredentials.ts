/**
 * Credentials of the machines' roles, as the Security Token Service issues them. `cloud-credentials.json` in the lab's
 * state has every one that has not expired, so that other parts of the lab's AWS can tell who calls them.
 */
import { randomBytes } from "node:crypto";
import path from "node:path";
import { RecordFile } from "../../../../recordFile";
import { capitalId } from "../account";

export interface RoleCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly token: string;
  readonly role: string;
  readonly instanceId: string;
  /** UTC, in whole seconds. */
  readonly lastUpdated: string;
  readonly expiration: string;
}

/** Content of the table: by access key ID. */
export type CredentialsTable = Record<string, RoleCredentials>;

const lifeMs = 6 * 3_600_000;

/** EC2 has new credentials at least five minutes before the old ones expire. */
const renewalMs = 10 * 60_000;

export class RoleCredentialsIssuer {
  private readonly table: RecordFile<CredentialsTable>;

  constructor(
    stateFolder: string,
    private readonly now: () => Date,
  ) {
    this.table = tableIn(stateFolder);
  }

  /** The instance's current credentials of a role; new ones when there are none that live on for a while. */
  async current(instanceId: string, role: string): Promise<RoleCredentials> {
    const find = (table: CredentialsTable): RoleCredentials | undefined =>
      Object.values(table).find(
        (one) => one.instanceId === instanceId && one.role === role && this.lives(one, renewalMs),
      );
    return (
      find(await this.table.read()) ??
      this.table.change((table) => {
        const present = find(table);
        if (present !== undefined) return present;
        for (const old of Object.values(table)) if (!this.lives(old, 0)) delete table[old.accessKeyId];
        const made = this.issue(instanceId, role);
        table[made.accessKeyId] = made;
        return made;
      })
    );
  }

  private lives({ expiration }: RoleCredentials, forMs: number): boolean {
    return Date.parse(expiration) - forMs > this.now().getTime();
  }

  private issue(instanceId: string, role: string): RoleCredentials {
    const now = this.now();
    return {
      accessKeyId: capitalId("ASIA", 16),
      secretAccessKey: randomBytes(30).toString("base64"),
      token: randomBytes(192).toString("base64"),
      role,
      instanceId,
      lastUpdated: inSeconds(now),
      expiration: inSeconds(new Date(now.getTime() + lifeMs)),
    };
  }
}

/** Every credential that is good, and such as have expired since the last one was issued. */
export function issuedCredentials(stateFolder: string): Promise<CredentialsTable> {
  return tableIn(stateFolder).read();
}

function tableIn(stateFolder: string): RecordFile<CredentialsTable> {
  return new RecordFile(path.join(stateFolder, "cloud-credentials.json"), {});
}

/** AWS's form of a time: UTC, in whole seconds. */
export function inSeconds(time: Date): string {
  return time.toISOString().replace(/\.\d+Z$/, "Z");
}
