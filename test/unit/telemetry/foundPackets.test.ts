import assert from "node:assert/strict";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import fc from "fast-check";
import { FoundPackets } from "../../../telemetry/cli/foundPackets";
import { type Ran, runHere } from "../../support/telemetry/runHere";
import { dictionaryWith, number, packetSource, spacePacket } from "./packets/dictionaryOf";

const source = { apid: 10, name: "housekeeping", parameters: [number("a", 16), number("b", 32)] };
const dictionary = dictionaryWith([source]);
/** Data in which no header begins, of which it cannot be told from one: other versions, and parts of segments. */
const packet = (count: number): Buffer => spacePacket("3f3f3f3f3f3f", { apid: 10, count });
const withLength = (bytes: Buffer, length: number): Buffer => {
  const damaged = Buffer.from(bytes);
  damaged.writeUInt16BE(length, 4);
  return damaged;
};
const foundIn = (content: Buffer, skipBytes = 0): { packets: Buffer[]; left: string | undefined } => {
  const found = new FoundPackets(content, dictionary, skipBytes);
  return { packets: [...found], left: found.left };
};

describe("packets of a file", () => {
  it("are read one by one, not as a list, where none is of the dictionary", () => {
    const content = Buffer.alloc(7 * 1_000_000);
    const before = process.memoryUsage().heapUsed;
    for (const each of new FoundPackets(content, dictionary)) {
      assert.deepEqual(each, Buffer.alloc(7));
      break;
    }
    const grown = (process.memoryUsage().heapUsed - before) / 1024 ** 2;
    assert.ok(grown < 40, `${grown} MiB`);
  });

  it("are all found but the one whose length field is damaged, whatever is in it", () => {
    const length = fc.integer({ min: 0, max: 65_535 }).filter((each) => each !== 5);
    fc.assert(
      fc.property(
        length,
        fc.integer({ min: 0, max: 19 }),
        fc.integer({ min: 0, max: 4 }),
        (wrong, at, skip) => {
          const all = Array.from({ length: 20 }, (_, count) => packet(count));
          const content = all.flatMap((each, i) => [
            Buffer.alloc(skip, 0xff),
            i === at ? withLength(each, wrong) : each,
          ]);
          const { packets, left } = foundIn(Buffer.concat(content), skip);
          assert.deepEqual(packets, all.toSpliced(at, 1));
          assert.equal(left, `${12 + skip} bytes from offset ${at * (12 + skip)} on are in no whole packet`);
        },
      ),
    );
  });

  it("are also those that the dictionary does not have, of any kind, where they follow one another", () => {
    const all = [
      spacePacket("00", { apid: 10, count: 0 }),
      Buffer.from("10cbc0000000ff", "hex"), // telecommand
      Buffer.from("00cb40000000ff", "hex"), // first segment
      Buffer.from("00cb00010000ff", "hex"),
      packet(1),
      Buffer.from("00cb80020000ff", "hex"),
    ];
    assert.deepEqual(foundIn(Buffer.concat(all)), { packets: all, left: undefined });
  });

  it("leave bytes of which the first and the number of the others are said", () => {
    const noise = (bytes: number): Buffer => Buffer.alloc(bytes, 0xff);
    const content = [noise(3), packet(0), noise(20), packet(1), packet(2).subarray(0, 7)];
    const { packets, left } = foundIn(Buffer.concat(content));
    assert.deepEqual(packets, [packet(0), packet(1)]);
    assert.equal(
      left,
      "3 bytes from offset 0 on are in no whole packet, nor are 27 more in 2 places behind them",
    );
  });
});

describe("files that are damaged, or none of packets", () => {
  let folder: string;
  let socket: Socket;
  let came: Buffer[] = [];
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "perigee-found-"));
    const text = { name: "n", version: "1", time: "none", packets: [packetSource(source)] };
    writeFileSync(join(folder, "dictionary.yaml"), JSON.stringify(text));
    socket = createSocket("udp4").on("message", (each) => came.push(each));
    socket.bind(0, "127.0.0.1");
    await once(socket, "listening");
  });
  beforeEach(() => (came = []));
  after(() => {
    socket.close();
    rmSync(folder, { recursive: true });
  });

  const run = (command: string, content: Buffer, ...args: string[]): Promise<Ran> => {
    const file = join(folder, "packets");
    writeFileSync(file, content);
    const to = command === "replay" ? ["--rate", "0", "--target", `127.0.0.1:${socket.address().port}`] : [];
    return runHere(command, file, ...to, ...args);
  };
  const own = (): string[] => ["--dictionary", join(folder, "dictionary.yaml")];
  const damaged = Buffer.concat([packet(0), withLength(packet(1), 700), packet(2), packet(3)]);

  it("decode prints what is found behind a damaged packet, says what is not, and ends with 1", async () => {
    const { status, stdout, stderr } = await run("decode", damaged, "--format", "json", ...own());
    const counts = stdout
      .trim()
      .split("\n")
      .map((line) => (JSON.parse(line) as { sequenceCount: number }).sequenceCount);
    assert.deepEqual(counts, [0, 2, 3]);
    assert.equal(status, 1);
    assert.match(
      stderr,
      /^perigee-telemetry: .*packets was not read as a whole: 12 bytes from offset 12 on are in no whole packet\n$/,
    );
  });

  it("replay sends what is found behind a damaged packet, says what is not, and ends with 1", async () => {
    const { status, stderr } = await run("replay", damaged, ...own());
    assert.equal(status, 1);
    assert.match(
      stderr,
      /packets was not sent as a whole: 12 bytes from offset 12 on are in no whole packet\n$/,
    );
    for (let tries = 0; came.length < 3 && tries < 100; tries++) await pause(10);
    assert.deepEqual(came, [packet(0), packet(2), packet(3)]);
    assert.match(
      (await run("replay", damaged)).stderr,
      /by the --dictionary that it is of more of it may be found/,
    );
  });

  for (const [what, hex, expected] of [
    ["an empty file", "", /packets is empty\n$/],
    [
      "a capture",
      "d4c3b2a1 0200 0400 00000000",
      /packets is a capture of a network \(pcap\): tshark -r FILE /,
    ],
    ["a capture of the other byte order", "a1b2c3d4 0002 0004", /is a capture/],
    ["a capture with nanoseconds", "4d3cb2a1 0200 0400", /is a capture/],
    ["a capture of the newer format", "0a0d0d0a 6c000000 4d3c2b1a", /is a capture/],
    ["a compressed file", "1f8b0800 00000000", /is compressed: gunzip it\n$/],
    [
      "transfer frames",
      "1acffc1d 02a90000",
      /begins with the marker of transfer frames: send it to a source/,
    ],
  ] as const) {
    for (const command of ["decode", "replay"]) {
      it(`${command} says what ${what} is, and ends with 1`, async () => {
        const { status, stderr } = await run(command, Buffer.from(hex.replaceAll(" ", ""), "hex"));
        assert.equal(status, 1);
        assert.match(stderr, expected);
        assert.equal(stderr.trim().split("\n").length, 1);
      });
    }
  }

  it("decode says how to read a packet archive's file, and reads it so", async () => {
    const record = Buffer.concat([Buffer.from("PRA1"), Buffer.alloc(16), packet(7)]);
    assert.match((await run("decode", record, ...own())).stderr, /decode --skip-bytes 20\n$/);
    assert.equal((await run("decode", record, "--skip-bytes", "20", ...own())).status, 0);
  });

  it("replay of a folder without any packets ends with 1", async () => {
    const target = `127.0.0.1:${socket.address().port}`;
    const { status, stderr } = await runHere("replay", folder, "--target", target);
    assert.equal(status, 1);
    assert.match(stderr, / has no packets\n$/);
  });
});
