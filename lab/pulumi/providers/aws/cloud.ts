/**
 * The simulated account on disk: `cloud.json` in the lab's state folder. Changes are serialized, across processes too
 * (the engine runs one provider process per provider resource).
 */
import path from "node:path";
import { RecordFile } from "../../../recordFile";
import { Account, type AccountData } from "./account";

export class Cloud {
  private readonly file: RecordFile<Partial<AccountData>>;

  constructor(
    folder: string,
    private readonly region: () => string,
  ) {
    this.file = new RecordFile(path.join(folder, "cloud.json"), {});
  }

  /** Reads the account. Changes made to it are lost. */
  async look<T>(question: (account: Account) => T): Promise<T> {
    return question(this.account(await this.file.read()));
  }

  /** Changes the account atomically: no reader sees a partial change, and an error leaves it unchanged. */
  change<T>(step: (account: Account) => T): Promise<T> {
    return this.file.change((data) => step(this.account(data)));
  }

  /** The account with all its parts; a test may have written only some of them. */
  private account(data: Partial<AccountData>): Account {
    const { resources = {}, notices = {}, parameters = {}, objects = {} } = data;
    return new Account(Object.assign(data, { resources, notices, parameters, objects }), this.region());
  }
}
