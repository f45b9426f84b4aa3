import assert from "node:assert/strict";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { PacketArchive } from "../../../../telemetry/archive";
import { historyDictionaryText, HistoryModel } from "../../../support/telemetry/historyModel";
import { runHere } from "../../../support/telemetry/runHere";

describe("replay of an archive", function () {
  this.timeout(20_000);
  const start = 1_795_000_000;
  const model = new HistoryModel();
  let folder: string;
  let socket: Socket;
  let target: string;
  /** Values of the field behind the time, which number the packets, and when each came. */
  let came: { readonly n: number; readonly at: number }[] = [];

  /** On-board times backwards from the start, one unknown packet between them; received from the start on, 0.3 s apart. */
  const flown = [30, 20, 10].map((time, i) => model.packet({ apid: 11, time: start + time, n: i }));
  const unknown = Buffer.from([0, 99, 0xc0, 0, 0, 0, 77]);
  const numbered = (packet: Buffer): number => flown.findIndex((each) => each.equals(packet));

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "perigee-replay-"));
    writeFileSync(join(folder, "dictionary.yaml"), historyDictionaryText);
    let now = start;
    const archive = await PacketArchive.open({
      ...{ folder: join(folder, "archive"), mostBytes: 1024 ** 2, days: 1 },
      ...{ clock: () => now, log: { info: () => undefined, warn: () => undefined, error: () => undefined } },
    });
    for (const packet of [flown[0], unknown, flown[1], flown[2]]) {
      archive.take(packet ?? unknown, now);
      await archive.flush();
      now += 0.3;
    }
    await archive.close();
    socket = createSocket("udp4");
    socket.on("message", (packet) => came.push({ n: numbered(packet), at: performance.now() }));
    socket.bind(0, "127.0.0.1");
    await once(socket, "listening");
    target = `127.0.0.1:${socket.address().port}`;
  });
  after(() => {
    socket.close();
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(() => (came = []));

  async function replay(...args: string[]): Promise<number[]> {
    const { status, stderr } = await runHere("replay", ...args, "--target", target);
    assert.deepEqual([status, stderr], [0, ""]);
    for (let tries = 0; came.length < 3 && tries < 100; tries++) await pause(10);
    await pause(20);
    return came.map(({ n }) => n);
  }
  const archive = (): string => join(folder, "archive");
  const spacing = (): number => ((came.at(-1)?.at ?? NaN) - (came[0]?.at ?? NaN)) / 1000;

  it("sends every packet in the order and spacing of its reception", async () => {
    assert.deepEqual(await replay(archive()), [0, -1, 1, 2]);
    assert.ok(spacing() > 0.85 && spacing() < 1.6, `${spacing()} s`);
  });

  it("sends them faster", async () => {
    assert.deepEqual(await replay(archive(), "--speed", "10"), [0, -1, 1, 2]);
    assert.ok(spacing() > 0.08 && spacing() < 0.5, `${spacing()} s`);
  });

  it("sends them by on-board time, what has none behind what it was received behind", async () => {
    const dictionary = join(folder, "dictionary.yaml");
    const args = [archive(), "--order", "onboard", "--dictionary", dictionary];
    assert.deepEqual(await replay(...args, "--speed", "100"), [2, 1, 0, -1]);
    assert.ok(spacing() > 0.18 && spacing() < 0.6, `${spacing()} s`);
  });

  it("sends at a rate where one is given", async () => {
    assert.deepEqual(await replay(archive(), "--rate", "0"), [0, -1, 1, 2]);
    assert.ok(spacing() < 0.2);
  });

  it("sends a plain file by on-board time too", async () => {
    const plain = join(folder, "plain");
    writeFileSync(plain, Buffer.concat(flown));
    const dictionary = join(folder, "dictionary.yaml");
    assert.deepEqual(
      await replay(plain, "--order", "onboard", "--speed", "1000", "--dictionary", dictionary),
      [2, 1, 0],
    );
    assert.deepEqual(await replay(plain, "--rate", "0").then((all) => all.slice(3)), [0, 1, 2]);
  });

  it("refuses what cannot be: both paces, a spacing that a plain file does not have, no such file", async () => {
    const plain = join(folder, "plain");
    writeFileSync(plain, Buffer.concat(flown));
    const refused = async (...args: string[]): Promise<string> => {
      const { status, stderr } = await runHere("replay", ...args, "--target", target);
      assert.equal(status, 2);
      return stderr;
    };
    assert.match(
      await refused(plain, "--speed", "2"),
      /a plain file has no reception times; give --order onboard/,
    );
    assert.match(
      await refused(archive(), "--speed", "2", "--rate", "3"),
      /--rate and --speed: give one of them/,
    );
    assert.match(await refused(join(folder, "none")), /cannot read the packets .*ENOENT/);
  });
});
