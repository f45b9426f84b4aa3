import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { encodePacket, packetLayouts } from "../../../../telemetry/decoder";
import { loadDictionary } from "../../../../telemetry/dictionary";
import { type Exporter, startExporter } from "../../../../telemetry/exporter";
import { parseSource } from "../../../../telemetry/links";
import { backOffMilliseconds } from "../../../../telemetry/links/backOff";
import { jsonLog } from "../../../../telemetry/log";
import { framesOf } from "../../../support/telemetry/frames";
import { runHere } from "../../../support/telemetry/runHere";

const dictionary = loadDictionary();
const packets = packetLayouts(dictionary).map((layout) =>
  encodePacket(layout, 0, Date.now() / 1000, new Float64Array(dictionary.slots).fill(1)),
);

describe("an exporter with several sources", () => {
  let exporter: Exporter | undefined;
  const servers: Server[] = [];
  const sockets: Socket[] = [];

  const start = async (...urls: readonly string[]): Promise<Exporter> => {
    const sources = urls.map((url) => {
      const parsed = parseSource(url);
      return "problems" in parsed ? assert.fail(parsed.problems.join()) : parsed;
    });
    exporter = await startExporter({
      ...{ dictionary, spacecraft: "s", httpPort: 0, httpHost: "127.0.0.1", udpPort: undefined },
      ...{ udpHost: "", sources, staleAfterPeriods: 5, version: "0", log: jsonLog(() => undefined) },
    });
    return exporter;
  };
  const serve = async (onConnection: (socket: Socket, times: number) => void): Promise<number> => {
    let times = 0;
    const server = createServer((socket) => {
      sockets.push(socket);
      socket.on("error", () => undefined);
      onConnection(socket, ++times);
    }).listen(0, "127.0.0.1");
    servers.push(server);
    await once(server, "listening");
    return (server.address() as AddressInfo).port;
  };
  const metric = async (series: string): Promise<number> => {
    const text = await (await fetch(`http://127.0.0.1:${exporter?.httpPort}/metrics`)).text();
    const line = text.split("\n").find((each) => each.startsWith(`${series} `));
    return line === undefined ? NaN : Number(line.slice(series.length + 1));
  };
  const until = async (condition: () => boolean, what: string): Promise<void> => {
    for (let i = 0; i < 800 && !condition(); i++) await sleep(10);
    assert.ok(condition(), what);
  };

  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    for (const server of servers.splice(0)) server.close();
    await exporter?.stop();
    exporter = undefined;
  });

  it("takes streams of clients, each with a place of its own, and tells how many are there", async () => {
    const name = "tcp-server://127.0.0.1:0";
    const { state, ports } = await start(name);
    const stream = Buffer.concat(packets);
    const clients = [0, 1].map(() => connect(ports[name] ?? 0, "127.0.0.1"));
    sockets.push(...clients);
    for (const client of clients) client.write(stream.subarray(0, 30));
    await sleep(50);
    for (const client of clients) client.write(stream.subarray(30));
    await until(() => state.datagrams === 2 * packets.length, "not all packets came");
    assert.equal(await metric(`perigee_telemetry_link_connections{link="${name}"}`), 2);
    assert.equal(await metric(`perigee_telemetry_link_skipped_bytes_total{link="${name}"}`), 0);
  });

  it("closes the client that has been silent for longest, where there are more than 16", async () => {
    const name = "tcp-server://127.0.0.1:0";
    const { ports } = await start(name);
    for (let i = 0; i < 20; i++) {
      const socket = connect(ports[name] ?? 0, "127.0.0.1");
      socket.on("error", () => undefined);
      sockets.push(socket);
      await once(socket, "connect");
    }
    await sleep(100);
    assert.equal(await metric(`perigee_telemetry_link_connections{link="${name}"}`), 16);
  });

  it("connects to a server again when it closes, and takes frames from it", async () => {
    const frames = framesOf(packets, { kind: "tm", frameBytes: 200 });
    const stream = Buffer.concat(frames.flatMap((frame) => [Buffer.from("1acffc1d", "hex"), frame]));
    const port = await serve((socket, times) => (times === 1 ? socket.destroy() : socket.write(stream)));
    const { state } = await start(`tcp://127.0.0.1:${port}?framing=tm&frameBytes=200`);
    await until(() => state.datagrams >= packets.length, "no packets");
    const link = `{link="tcp://127.0.0.1:${port}"}`;
    assert.equal(await metric(`perigee_telemetry_link_connects_total${link}`), 2);
    assert.equal(await metric(`perigee_telemetry_link_frames_total${link}`), frames.length);
  }).timeout(15_000);

  const topic = "ground/raw";
  const publish = (payload: Buffer, retain = 0): Buffer => {
    const body = Buffer.concat([Buffer.from([0, topic.length]), Buffer.from(topic), payload]);
    assert.ok(body.length < 128);
    return Buffer.concat([Buffer.from([0x30 | retain, body.length]), body]);
  };
  /** A broker of three answers: CONNACK, SUBACK, and then its messages (MQTT 3.1.1, 3.2, 3.9, 3.3). */
  const broker = (
    messages: readonly Buffer[],
    refusals = 0,
    seen: (socket: Socket) => void = () => undefined,
  ): Promise<number> =>
    serve((socket, times) => {
      seen(socket);
      socket.on("data", (bytes: Buffer) => {
        const kind = (bytes[0] ?? 0) >>> 4;
        if (kind === 1) socket.write(Buffer.from([0x20, 2, 0, times <= refusals ? 3 : 0]));
        if (kind !== 8) return;
        socket.write(Buffer.from([0x90, 3, bytes[2] ?? 0, bytes[3] ?? 0, 0]));
        socket.write(Buffer.concat(messages));
      });
    });

  it("asks an MQTT broker again that is not available yet", async () => {
    const port = await broker(
      packets.map((packet) => publish(packet)),
      1,
    );
    const { state } = await start(`mqtt://127.0.0.1:${port}/${topic}`);
    await until(() => state.datagrams === packets.length, "no packets");
  }).timeout(20_000);

  it("leaves out what an MQTT broker kept from before, and counts it", async () => {
    const [old = Buffer.alloc(0), ...live] = packets;
    const port = await broker([publish(old, 1), ...live.map((packet) => publish(packet))]);
    const { state } = await start(`mqtt://127.0.0.1:${port}/${topic}`);
    await until(() => state.datagrams === live.length, "no packets");
    const link = `{link="mqtt://127.0.0.1:${port}/${topic}"}`;
    assert.equal(await metric(`perigee_telemetry_link_skipped_bytes_total${link}`), old.length);
  }).timeout(15_000);

  it("leaves an MQTT broker whose message is longer than 16 MiB, before it is whole", async () => {
    // A length of 256 MiB (2.2.3), and its first 32.
    const start256 = Buffer.from([0x30, 0xff, 0xff, 0xff, 0x7f, 0, topic.length]);
    let sent: Socket | undefined;
    const message = Buffer.concat([start256, Buffer.alloc(32 * 1024 ** 2)]);
    const port = await broker([message], 0, (socket) => (sent ??= socket));
    const { state } = await start(`mqtt://127.0.0.1:${port}/${topic}`);
    await until(() => sent?.destroyed === true, "the connection is still open");
    assert.equal(state.datagrams, 0);
  }).timeout(15_000);

  it("takes the messages of an MQTT topic", async () => {
    const port = await broker(packets.map((packet) => publish(packet)));
    const { state } = await start(`mqtt://127.0.0.1:${port}/${topic}`);
    await until(() => state.datagrams === packets.length, "no packets");
    assert.equal(
      await metric(`perigee_telemetry_link_connections{link="mqtt://127.0.0.1:${port}/${topic}"}`),
      1,
    );
  }).timeout(15_000);

  it("takes what replay sends as TM frames by TCP", async () => {
    const name = "tcp-server://127.0.0.1:0";
    const { state, ports } = await start(`${name}?framing=tm&frameBytes=40`);
    const file = join(mkdtempSync(join(tmpdir(), "perigee-links-")), "packets");
    writeFileSync(file, Buffer.concat(packets));
    const target = `tcp://127.0.0.1:${ports[name]}`;
    const { status } = await runHere(
      "replay",
      file,
      "--target",
      target,
      "--frame-bytes",
      "40",
      "--rate",
      "0",
    );
    rmSync(join(file, ".."), { recursive: true });
    assert.equal(status, 0);
    await until(() => state.packets.every(({ received }) => received === 1), "not all packets came");
    assert.ok(state.idlePackets > 0);
    assert.equal(await metric(`perigee_telemetry_link_frame_gaps_total{link="${name}"}`), 0);
  });

  it("opens nothing where one of them is not available", async () => {
    const port = await serve(() => undefined);
    await assert.rejects(start("udp://127.0.0.1:0", `tcp-server://127.0.0.1:${port}`), /EADDRINUSE/);
  });
});

describe("the time before another attempt", () => {
  it("doubles up to half a minute, a part of it random", () => {
    const longest = [1, 2, 3, 6, 7, 8, 1_000].map((failures) => backOffMilliseconds(failures, () => 1));
    assert.deepEqual(longest, [500, 1_000, 2_000, 16_000, 30_000, 30_000, 30_000]);
    assert.equal(
      backOffMilliseconds(1, () => 0),
      250,
    );
  });
});
