import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { archivedPackets, isArchive, PacketArchive } from "../../../../telemetry/archive";
import {
  archiveFiles,
  dayOf,
  fileName,
  mostFiles,
  superfluous,
} from "../../../../telemetry/archive/archiveFolder";
import { recordHeaderBytes, recordsOf, writeRecord } from "../../../../telemetry/archive/record";
import { jsonLog } from "../../../../telemetry/log";

const start = Date.UTC(2026, 10, 27, 9, 30, 15, 123) / 1000;

function packetOf(apid: number, data: Uint8Array): Buffer {
  const header = Buffer.alloc(6);
  header.writeUInt16BE(apid, 0);
  header.writeUInt16BE(0xc000, 2);
  header.writeUInt16BE(data.length - 1, 4);
  return Buffer.concat([header, data]);
}

function recordOf(packet: Uint8Array, received: number): Buffer {
  const record = Buffer.alloc(recordHeaderBytes + packet.length);
  writeRecord(record, 0, packet, received);
  return record;
}

const anyPacket = fc
  .tuple(fc.integer({ min: 0, max: 2046 }), fc.uint8Array({ minLength: 1, maxLength: 40 }))
  .map(([apid, data]) => packetOf(apid, data));
const anyRecords = fc.array(fc.tuple(anyPacket, fc.double({ min: 0, max: 4e9, noNaN: true })), {
  maxLength: 20,
});

const found = (file: Buffer): [string, number][] =>
  Array.from(recordsOf(file), ({ at, bytes, received }) => [
    file.subarray(at, at + bytes).toString("hex"),
    received,
  ]);
const asFound = (records: readonly (readonly [Buffer, number])[]): [string, number][] =>
  records.map(([packet, received]) => [packet.toString("hex"), received]);

describe("records of an archive", () => {
  it("are read as they were written", () => {
    fc.assert(
      fc.property(anyRecords, (records) => {
        const file = Buffer.concat(records.map(([packet, received]) => recordOf(packet, received)));
        assert.deepEqual(found(file), asFound(records));
      }),
    );
  });

  it("are read up to the one that was cut, wherever, and again behind it", () => {
    fc.assert(
      fc.property(
        anyRecords,
        anyPacket,
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (records, last, part) => {
          const whole = Buffer.concat(records.map(([packet, received]) => recordOf(packet, received)));
          const cut = recordOf(last, 1);
          const rest = cut.subarray(0, Math.floor(part * cut.length));
          assert.deepEqual(found(Buffer.concat([whole, rest])), asFound(records));
          const behind = found(Buffer.concat([rest, whole]));
          assert.deepEqual(behind.slice(behind.length - records.length), asFound(records));
          // The next one's mark may be just what the cut one lacks.
          if (behind.length > records.length) assert.deepEqual(behind[0], asFound([[last, 1]])[0]);
          assert.ok(behind.length <= records.length + 1);
        },
      ),
    );
  });

  it("are all read where the mark of the next one is what a cut one lacks", () => {
    const [cut, next] = [packetOf(1, Buffer.from("abP")), packetOf(2, Buffer.from("next"))];
    const file = Buffer.concat([recordOf(cut, 1).subarray(0, -1), recordOf(next, 2)]);
    assert.deepEqual(
      found(file),
      asFound([
        [cut, 1],
        [next, 2],
      ]),
    );
  });

  it("but one are read where a byte of it is damaged", () => {
    fc.assert(
      fc.property(
        anyRecords,
        anyPacket,
        anyRecords,
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (before, packet, after, at, bits) => {
          const damaged = recordOf(packet, 7);
          const place = at % damaged.length;
          damaged[place] = (damaged[place] ?? 0) ^ bits;
          const whole = (records: readonly (readonly [Buffer, number])[]): Buffer =>
            Buffer.concat(records.map(([each, received]) => recordOf(each, received)));
          assert.deepEqual(
            found(Buffer.concat([whole(before), damaged, whole(after)])),
            asFound([...before, ...after]),
          );
        },
      ),
    );
  });
});

describe("the archive", () => {
  let folder: string;
  let now = start;
  let log: Record<string, unknown>[] = [];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "perigee-archive-"));
    now = start;
    log = [];
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const open = (mostBytes = 1024 ** 2, days = 3): Promise<PacketArchive> =>
    PacketArchive.open({
      ...{ folder, mostBytes, days, clock: () => now },
      log: jsonLog((line) => log.push(JSON.parse(line) as Record<string, unknown>)),
    });
  const names = async (): Promise<string[]> => (await archiveFiles(folder)).map(({ name }) => name);
  const data = (n: number): Buffer => packetOf(42, Buffer.of(n));

  it("has the packets of each APID and day in a file of its own, whole ones only and no idle ones", async () => {
    const archive = await open();
    const other = packetOf(7, Buffer.from("other"));
    const idle = packetOf(2047, Buffer.alloc(100));
    archive.take(Buffer.concat([data(1), other, idle, data(2), data(3).subarray(0, 6)]), now);
    archive.take(Buffer.from("no packet at all"), now);
    await archive.flush();
    now += 86_400;
    archive.take(data(4), now);
    await archive.close();
    assert.deepEqual(await names(), [
      "2026-11-27/apid-0007-093015123.packets",
      "2026-11-27/apid-0042-093015123.packets",
      "2026-11-28/apid-0042-093015123.packets",
    ]);
    const all = Array.from(archivedPackets(folder), ({ packet, time }) => [packet.toString("hex"), time]);
    assert.deepEqual(
      all,
      asFound([
        [other, start],
        [data(1), start],
        [data(2), start],
        [data(4), now],
      ]),
    );
    assert.deepEqual([archive.written, archive.files], [4, 3]);
  });

  it("begins a new file after a start: the cut record of one that was killed stays behind", async () => {
    const first = await open();
    first.take(data(1), now);
    await first.close();
    const [name = ""] = await names();
    appendFileSync(join(folder, name), recordOf(data(2), now).subarray(0, 25));
    now += 5;
    const second = await open();
    second.take(data(3), now);
    await second.close();
    assert.deepEqual(
      Array.from(archivedPackets(folder), ({ packet }) => packet.at(-1)),
      [1, 3],
    );
  });

  it("has a bounded size: the oldest files go first", async () => {
    const archive = await open(32 * 300);
    for (let i = 0; i < 400; i++) {
      archive.take(packetOf(i % 2, Buffer.alloc(40, i)), now);
      await archive.flush();
      now += 0.5;
    }
    await archive.close();
    const files = await archiveFiles(folder);
    const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    assert.ok(bytes <= 32 * 300 && bytes > 0.8 * 32 * 300, `${bytes} bytes`);
    assert.deepEqual([archive.bytes, archive.files, archive.written], [bytes, files.length, 400]);
    // Of each APID the newest ones, none missing between them.
    const kept = Map.groupBy(archivedPackets(folder), ({ packet }) => packet.at(1));
    for (const [apid = 0, packets] of kept) {
      const newest = Array.from(
        { length: packets.length },
        (_, i) => 398 + apid - 2 * (packets.length - 1 - i),
      );
      assert.deepEqual(
        packets.map(({ packet }) => packet.at(-1)),
        newest.map((i) => i % 256),
      );
    }
  });

  it("has a bounded age, and leaves other files in its folder alone", async () => {
    for (const day of [-4, -3, -2, -1]) {
      const path = join(folder, fileName(42, start + day * 86_400));
      mkdirSync(join(path, ".."), { recursive: true });
      writeFileSync(path, recordOf(data(day + 10), start));
    }
    writeFileSync(join(folder, "2026-11-23", "notes.txt"), "mine");
    mkdirSync(join(folder, "lost+found"));
    const archive = await open();
    await archive.close();
    assert.deepEqual(
      (await names()).map((name) => name.slice(0, 10)),
      ["2026-11-25", "2026-11-26"],
    );
    assert.deepEqual(readdirSync(folder).sort(), ["2026-11-23", "2026-11-25", "2026-11-26", "lost+found"]);
    assert.equal(readFileSync(join(folder, "2026-11-23", "notes.txt"), "utf8"), "mine");
  });

  it("counts and says what it could not write, and goes on", async () => {
    const archive = await open();
    // A file where the day's folder should be.
    writeFileSync(join(folder, dayOf(now)), "");
    archive.take(data(1), now);
    await archive.flush();
    archive.take(data(2), now);
    await archive.flush();
    assert.deepEqual(archive.dropped, { slow: 0, error: 2 });
    rmSync(join(folder, dayOf(now)));
    archive.take(data(3), now);
    await archive.close();
    assert.deepEqual(
      log.map(({ message }) => message),
      ["the archive cannot be written", "the archive is written again"],
    );
    assert.equal(archive.written, 1);
  });

  it("takes no more than 16 MiB into memory while the disk does not keep up", async () => {
    const archive = await open(1024 ** 3);
    const large = packetOf(1, Buffer.alloc(65_536));
    for (let i = 0; i < 300; i++) archive.take(large, now);
    const fitting = Math.floor((16 * 1024 ** 2) / (large.length + recordHeaderBytes));
    assert.deepEqual(archive.dropped, { slow: 300 - fitting, error: 0 });
    await archive.close();
    assert.equal(archive.written, fitting);
  });

  it("takes a pipe for none of its files, and reads nothing of it", () => {
    const pipe = join(mkdtempSync(join(tmpdir(), "perigee-pipe-")), "pipe");
    execFileSync("mkfifo", [pipe]);
    try {
      assert.equal(isArchive(pipe), false);
    } finally {
      rmSync(dirname(pipe), { recursive: true });
    }
  });

  it("tells its files and folders from plain files of packets", () => {
    const plain = join(folder, "plain");
    const record = join(folder, "record");
    writeFileSync(plain, data(1));
    writeFileSync(record, recordOf(data(1), 1));
    assert.deepEqual([folder, plain, record, "-"].map(isArchive), [true, false, true, false]);
    assert.ok(existsSync(plain));
  });
});

describe("files of an archive to remove", () => {
  it("are the oldest, those being written last, until size and number fit", () => {
    const file = (name: string, bytes = 10): { name: string; bytes: number } => ({
      name: `2026-11-27/${name}`,
      bytes,
    });
    const files = ["a", "b", "c", "d"].map((name) => file(name));
    const gone = (mostBytes: number, open: string[] = []): string[] =>
      superfluous(files, new Set(open.map((name) => file(name).name)), { mostBytes, days: 1 }, start).map(
        ({ name }) => name.slice(-1),
      );
    assert.deepEqual(gone(40), []);
    assert.deepEqual(gone(39), ["a"]);
    assert.deepEqual(gone(20), ["a", "b"]);
    assert.deepEqual(gone(20, ["a", "d"]), ["b", "c"]);
    assert.deepEqual(gone(5, ["a", "d"]), ["b", "c", "a", "d"]);
    const many = Array.from({ length: mostFiles + 2 }, (_, i) => file(String(i), 0));
    assert.equal(superfluous(many, new Set(), { mostBytes: 1, days: 1 }, start).length, 2);
  });
});
