/**
 * The simulated account on disk: `cloud.json` in the lab's state folder. One change at a time, across processes too
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

  /** Changes the account in one step: nobody sees it half done, and an error leaves it as it was. */
  change<T>(step: (account: Account) => T): Promise<T> {
    return this.file.change((data) => step(this.account(data)));
  }

  /** A test may have written parts of the account. */
  private account(data: Partial<AccountData>): Account {
    const { resources = {}, parameters = {} } = data;
    return new Account(Object.assign(data, { resources, parameters }), this.region());
  }
}
