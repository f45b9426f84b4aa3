import assert from "node:assert/strict";
import dns from "node:dns";
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { ArchiveCopies } from "../../../../telemetry/archive";
import { jsonLog } from "../../../../telemetry/log";
import { onPath } from "../../../support/infra/tools";
import { OwnS3 } from "../../../support/lab/s3";

/** Against the lab's S3, which checks signatures, sums, roles and certificates as S3 does. */
describe("copies of the archive in an object store", function () {
  this.timeout(30_000);
  let s3: OwnS3;
  let folder: string;
  let prefix: string;
  let open: Set<string>;
  let now: number;
  let log: string[];
  let count = 0;
  const { lookup } = dns;

  before(async function () {
    if (!onPath("openssl")) this.skip();
    s3 = await OwnS3.start();
    // The store's own name, so that its certificate is verified.
    Object.assign(dns, {
      lookup: (host: string, ...rest: [never]) => lookup(host === s3.host ? "127.0.0.1" : host, ...rest),
    });
  });
  after(async () => {
    Object.assign(dns, { lookup });
    await s3?.stop();
  });

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "perigee-copies-"));
    prefix = `ground/${++count}`;
    open = new Set();
    now = 1_800_000_000;
    log = [];
    describeStore();
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const storeFile = (): string => join(folder, "..", `store-${count}.json`);
  const day = "2027-01-15";
  const odd = "a%20b%2B(c)!'*";
  const nameOf = (number: number, spacecraft = "perigee-1"): string =>
    `${spacecraft}/${day}/apid-0042-${String(number).padStart(9, "0")}.packets`;

  /** Open files of a spacecraft's archive, by their paths below its folder. */
  const openFiles = (spacecraft: string): string[] =>
    [...open]
      .filter((name) => name.startsWith(`${spacecraft}/`))
      .map((name) => name.slice(spacecraft.length + 1));

  function describeStore(changes: object = {}): void {
    const { accessKeyId, secretAccessKey, token: sessionToken } = s3.credentials;
    const place = {
      url: `https://${s3.host}:${s3.port("https")}/${prefix}`,
      ...{ region: s3.region, accessKeyId, secretAccessKey, sessionToken },
      certificateAuthority: readFileSync(s3.authorityFile, "utf8"),
    };
    writeFileSync(storeFile(), JSON.stringify({ ...place, ...changes }));
  }

  function append(name: string, content: string | Buffer): void {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    appendFileSync(join(folder, name), content);
  }

  const opened = (): Promise<ArchiveCopies> =>
    ArchiveCopies.open({
      ...{ folder, store: storeFile(), everySeconds: 600 },
      archives: new Map(["perigee-1", odd].map((name) => [name, { openFiles: () => openFiles(name) }])),
      log: jsonLog((line) => void log.push(line)),
      clock: () => now,
    });
  const pass = (copies: ArchiveCopies): Promise<void> => copies.pass(new AbortController().signal);

  /** Contents by name, of those below this test's folder. */
  async function copied(): Promise<Record<string, string>> {
    const all = [...(await s3.objects())].filter(([key]) => key.startsWith(`${prefix}/`));
    return Object.fromEntries(
      all.map(([key, content]) => [key.slice(prefix.length + 1), content.toString("latin1")]),
    );
  }

  it("are of every file that is closed, by the name that it has in the folder, and of each once", async () => {
    append(nameOf(1), "one");
    append(nameOf(2, odd), "two");
    append("perigee-1/notes.txt", "somebody's own");
    const copies = await opened();
    await pass(copies);
    assert.deepEqual(await copied(), { [nameOf(1)]: "one", [nameOf(2, odd)]: "two" });
    assert.deepEqual([copies.copiedBytes, copies.waitingBytes, copies.failures], [6, 0, 0]);
    await pass(copies);
    assert.equal(copies.copiedBytes, 6);
    await copies.close(5);
  });

  it("are of a file that grows every ten minutes, and when it is closed", async () => {
    open.add(nameOf(1));
    append(nameOf(1), "a");
    const copies = await opened();
    await pass(copies);
    now += 599;
    await pass(copies);
    assert.deepEqual(await copied(), {});
    now += 1;
    append(nameOf(1), "b");
    await pass(copies);
    assert.deepEqual(await copied(), { [nameOf(1)]: "ab" });
    append(nameOf(1), "c");
    await pass(copies);
    assert.deepEqual(await copied(), { [nameOf(1)]: "ab" });
    open.clear();
    await pass(copies);
    assert.deepEqual(await copied(), { [nameOf(1)]: "abc" });
    await copies.close(5);
  });

  it("are of all when the exporter ends", async () => {
    open.add(nameOf(1));
    append(nameOf(1), "growing");
    const copies = await opened();
    await pass(copies);
    open.clear();
    await copies.close(5);
    assert.deepEqual(await copied(), { [nameOf(1)]: "growing" });
  });

  it("wait while the store is away or refuses, which is told once, with its words and no secret", async () => {
    const { secretAccessKey, token } = s3.credentials;
    append(nameOf(1), "one");
    append(nameOf(2), "two");
    const copies = await opened();
    const refusals = [
      [{ secretAccessKey: "wrong" }, /403 SignatureDoesNotMatch: The request signature/],
      [{ accessKeyId: "AKIANOBODY" }, /403 InvalidAccessKeyId/],
      [{ region: "us-east-1" }, /400 AuthorizationHeaderMalformed: .*expecting 'eu-central-1'/],
      [{ url: `https://${s3.host}:${s3.port("https")}/elsewhere` }, /403 AccessDenied: .*s3:PutObject/],
      [{ url: `http://${s3.host}:${s3.port("http")}/${prefix}` }, /403 AccessDenied/],
      [{ url: "https://127.0.0.1:1/bucket" }, /ECONNREFUSED/],
      [{ certificateAuthority: undefined }, /certificate/],
    ] as const;
    for (const [change, said] of refusals) {
      log = [];
      describeStore(change);
      await pass(copies);
      await pass(copies);
      assert.match(log.join(""), said);
      assert.equal(log.length, 1);
      for (const secret of [secretAccessKey, token, "Signature="]) assert.ok(!log.join("").includes(secret));
      describeStore();
      await pass(copies);
      append(nameOf(1), "+");
    }
    assert.equal(copies.failures, 2 * refusals.length);
    describeStore({ url: "https://127.0.0.1:1/bucket" });
    now += 3600;
    await pass(copies);
    assert.deepEqual([copies.waitingBytes, now - copies.wholeAt], [6 + refusals.length, 3600]);
    describeStore();
    await pass(copies);
    assert.deepEqual([copies.waitingBytes, now - copies.wholeAt], [0, 0]);
    assert.deepEqual(await copied(), {
      [nameOf(1)]: `one${"+".repeat(refusals.length)}`,
      [nameOf(2)]: "two",
    });
    await copies.close(5);
  });

  it("go on where an exporter before this one ended, and begin anew without what it wrote down", async () => {
    append(nameOf(1), "one");
    const first = await opened();
    await pass(first);
    await first.close(5);
    append(nameOf(2), "two");
    const second = await opened();
    await pass(second);
    assert.equal(second.copiedBytes, 3);
    await second.close(5);
    writeFileSync(join(folder, "copied.json"), '{"damag');
    const third = await opened();
    await pass(third);
    assert.equal(third.copiedBytes, 6);
    await third.close(5);
  });

  it("count what the archive's bounds removed before it was copied", async () => {
    append(nameOf(1), "one");
    append(nameOf(2), "two");
    const copies = await opened();
    describeStore({ url: "https://127.0.0.1:1/bucket" });
    await pass(copies);
    rmSync(join(folder, nameOf(1)));
    describeStore();
    await pass(copies);
    rmSync(join(folder, nameOf(2)));
    await pass(copies);
    assert.deepEqual([copies.lostBytes, copies.waitingBytes], [3, 0]);
    await copies.close(5);
  });

  it("are made anew where the store is another one", async () => {
    append(nameOf(1), "one");
    const copies = await opened();
    await pass(copies);
    const first = prefix;
    prefix = `${first}-other`;
    describeStore();
    await pass(copies);
    assert.deepEqual(await copied(), { [nameOf(1)]: "one" });
    await copies.close(5);
    const second = await opened();
    await pass(second);
    assert.equal(second.copiedBytes, 0);
    await second.close(5);
  });

  it("go on behind a file that cannot be read, and say which", async () => {
    append(nameOf(1), "one");
    append(nameOf(2), "two");
    // A folder has a size too, and no content.
    rmSync(join(folder, nameOf(1)));
    mkdirSync(join(folder, nameOf(1)));
    const copies = await opened();
    await pass(copies);
    assert.deepEqual(await copied(), { [nameOf(2)]: "two" });
    assert.match(log.join(""), /EISDIR/);
    assert.ok(copies.waitingBytes > 0 && copies.failures === 1);
    rmSync(join(folder, nameOf(1)), { recursive: true });
    await copies.close(5);
  });

  it("are of yesterday's file at once, although nothing has come since that would close it", async () => {
    open.add(nameOf(1));
    append(nameOf(1), "rare");
    now += 86_400;
    const copies = await opened();
    await pass(copies);
    assert.deepEqual(await copied(), { [nameOf(1)]: "rare" });
    await copies.close(5);
  });

  it("are behind when the archive cannot be looked at", async () => {
    append(nameOf(1), "one");
    const copies = await opened();
    rmSync(join(folder, "perigee-1"), { recursive: true });
    symlinkSync(join(folder, "perigee-1"), join(folder, "perigee-1")); // leads nowhere
    now += 3600;
    await pass(copies);
    assert.deepEqual([copies.failures, now - copies.wholeAt], [1, 3600]);
    rmSync(join(folder, "perigee-1"));
    await copies.close(5);
  });

  it("end within their time when the store does not take the rest, and say so", async () => {
    append(nameOf(1), "one");
    const copies = await opened();
    describeStore({ url: "https://127.0.0.1:1/bucket" });
    await copies.close(1);
    assert.match(log.join(""), /the exporter ends before the archive is copied.*"bytes":3/);
  });

  it("are whole and the same as the files, whatever happens between", async () => {
    const step = fc.oneof(
      fc.record({
        kind: fc.constant("append" as const),
        file: fc.nat(3),
        size: fc.integer({ min: 1, max: 40 }),
      }),
      fc.record({ kind: fc.constant("open" as const), file: fc.nat(3) }),
      fc.record({ kind: fc.constant("close" as const), file: fc.nat(3) }),
      fc.record({ kind: fc.constant("wait" as const), seconds: fc.integer({ min: 1, max: 900 }) }),
      fc.record({ kind: fc.constant("away" as const) }),
      fc.record({ kind: fc.constant("back" as const) }),
      fc.record({ kind: fc.constant("restart" as const) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        prefix = `ground/property-${++count}`;
        rmSync(folder, { recursive: true });
        mkdirSync(folder);
        open = new Set();
        describeStore();
        const model = new Map<string, string>();
        let copies = await opened();
        for (const each of steps) {
          if ("file" in each) {
            const name = nameOf(each.file);
            if (each.kind === "open") open.add(name);
            if (each.kind === "close") open.delete(name);
            if (each.kind === "append") {
              const content = String(each.file).repeat(each.size);
              append(name, content);
              model.set(name, (model.get(name) ?? "") + content);
            }
          }
          if (each.kind === "wait") now += each.seconds;
          if (each.kind === "away") describeStore({ url: "https://127.0.0.1:1/bucket" });
          if (each.kind === "back") describeStore();
          if (each.kind === "restart") {
            await copies.close(5);
            copies = await opened();
          }
          await pass(copies);
        }
        describeStore();
        open = new Set();
        await copies.close(5);
        assert.deepEqual(await copied(), Object.fromEntries(model));
        assert.equal(copies.lostBytes, 0);
      }),
      { numRuns: 25 },
    );
  });

  it("refuse a file of the store that says nothing usable, and show no value of it", async () => {
    for (const [content, said] of [
      ["{", /not JSON/],
      ["[]", /store-\d+\.json: .*expected object/],
      [
        '{"url":"https://s3.eu-central-1.amazonaws.com","accessKeyId":"A","secretAccessKey":"x"}',
        /a bucket is missing/,
      ],
      [
        '{"url":"ftp://me:hidden@host/b","accessKeyId":"A","secretAccessKey":"hidden"}',
        /url: must be the https/,
      ],
      ['{"url":"https://me:hidden@host/b","accessKeyId":"A","secretAccessKey":"hidden"}', /url: must be/],
      ['{"url":"https://host/b?x=hidden","accessKeyId":"A","secretAccessKey":"hidden"}', /url: must be/],
      ['{"url":"https://host/b","accessKeyId":"A","secretAccessKey":""}', /secretAccessKey/],
      ['{"url":"https://host/b","accessKeyId":"A","secretAccessKey":"x","more":"hidden"}', /more/],
    ] as const) {
      writeFileSync(storeFile(), content);
      await assert.rejects(
        opened(),
        (error: Error) => said.test(error.message) && !/hidden/.test(error.message),
      );
    }
    rmSync(storeFile());
    await assert.rejects(opened(), /ENOENT/);
  });
});
