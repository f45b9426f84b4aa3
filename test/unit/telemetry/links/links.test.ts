import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { encodePacket, packetLayouts } from "../../../../telemetry/decoder";
import { parseDictionary } from "../../../../telemetry/dictionary";
import { type Exporter, startExporter } from "../../../../telemetry/exporter";
import { parseLinks } from "../../../../telemetry/links";
import { FrameWriter } from "../../../../telemetry/links/frameWriter";
import { parseLink } from "../../../../telemetry/links/linkSetting";
import { jsonLog } from "../../../../telemetry/log";

const dictionary = parseDictionary(
  `
name: test
version: "1"
time: { code: CUC, epoch: "2000-01-01T00:00:00Z" }
packets:
  - apid: 10
    name: housekeeping
    subsystem: power
    period: 1
    description: d
    parameters:
      - { name: voltage, description: Voltage, type: unsigned, bits: 16, unit: mV }
      - { name: spare, description: More, type: unsigned, bits: 32, unit: count }
`,
  "test.yaml",
);
const [layout] = packetLayouts(dictionary);
const packet = (count: number, volts = 14): Buffer => {
  assert.ok(layout);
  return encodePacket(layout, count, 1.8e9 + count, new Float64Array([volts, 7]));
};

describe("an exporter with links", () => {
  const started: Exporter[] = [];
  const open: { destroy(): void }[] = [];
  const logged: string[] = [];

  const start = async (links: string): Promise<Exporter> => {
    const exporter = await startExporter({
      dictionary,
      spacecraft: "test",
      httpPort: 0,
      httpHost: "127.0.0.1",
      udpPort: undefined,
      udpHost: "127.0.0.1",
      links: parseLinks(links),
      staleAfterPeriods: 5,
      version: "1",
      log: jsonLog((line) => logged.push(line)),
    });
    started.push(exporter);
    return exporter;
  };
  const stationAt = async (port: number | undefined): Promise<Socket> => {
    const socket = connect({ host: "127.0.0.1", port: port ?? 0 });
    open.push(socket);
    await once(socket, "connect");
    return socket;
  };
  const until = async (condition: () => boolean): Promise<void> => {
    for (let i = 0; i < 500 && !condition(); i++) await new Promise((resolve) => setTimeout(resolve, 10));
    assert.ok(condition(), "within 5 s");
  };
  const received = (exporter: Exporter): number => exporter.state.packets[0]?.received ?? 0;

  afterEach(async () => {
    for (const each of open.splice(0)) each.destroy();
    await Promise.all(started.splice(0).map((each) => each.stop()));
    logged.length = 0;
  });

  it("receives packets from a station that connects, cut into bytes and behind garbage", async () => {
    const exporter = await start("tcp-server://127.0.0.1:0");
    const station = await stationAt(exporter.links[0]?.port);
    for (const byte of Buffer.concat([packet(0), Buffer.from("ffee", "hex"), packet(1)])) {
      station.write(Buffer.from([byte]));
    }
    await until(() => received(exporter) === 2);
    const { counts } = exporter.links[0] ?? assert.fail();
    assert.deepEqual([counts.connections, counts.skippedBytes, counts.packets], [1, 2, 2]);
  });

  it("connects to a station, and again after it was cut off in the middle of a packet", async () => {
    const stations: Socket[] = [];
    const server = createServer((socket) => stations.push(socket)).listen(0, "127.0.0.1");
    await once(server, "listening");
    open.push({ destroy: () => server.close() });
    const { port } = server.address() as { port: number };
    const exporter = await start(`tcp://127.0.0.1:${port}`);
    const [link] = exporter.links;
    assert.ok(link);
    await until(() => stations.length === 1 && link.isUp());
    stations[0]?.end(Buffer.concat([packet(0), packet(1).subarray(0, 9)]));
    await until(() => !link.isUp());
    assert.equal(link.counts.skippedBytes, 9);
    await until(() => stations.length === 2 && link.isUp());
    open.push({ destroy: () => stations[1]?.destroy() });
    stations[1]?.write(packet(2));
    await until(() => received(exporter) === 2);
    assert.equal(link.counts.connections, 2);
    assert.equal(logged.filter((line) => line.includes("trying again")).length, 1);
  });

  it("waits for a station that is not there, says so once, and stops at once", async () => {
    const exporter = await start("tcp://127.0.0.1:1");
    await until(() => logged.some((line) => line.includes("ECONNREFUSED")));
    assert.equal(exporter.links[0]?.isUp(), false);
    const text = await (await fetch(`http://127.0.0.1:${exporter.httpPort}/metrics`)).text();
    assert.match(text, /perigee_telemetry_link_up\{link="tcp:\/\/127.0.0.1:1"\} 0/);
  });

  it("receives TM frames in datagrams, and says what it refused", async () => {
    const url = "udp://127.0.0.1:0?framing=tm&frameBytes=40&randomised=yes";
    const exporter = await start(url);
    const { content } = parseLink(url).options;
    assert.ok(content.framing === "tm");
    const writer = new FrameWriter(content);
    const frames = [0, 1, 2].flatMap((count) => [...writer.add(packet(count)), ...writer.flush()]);
    const socket = createSocket("udp4");
    open.push({ destroy: () => socket.close() });
    for (const each of [...frames, Buffer.alloc(44, 1)]) {
      socket.send(each, exporter.links[0]?.port ?? 0, "127.0.0.1");
    }
    await until(() => received(exporter) === 3 && exporter.links[0]?.counts.skippedBytes === 44);
    const text = await (await fetch(`http://127.0.0.1:${exporter.httpPort}/metrics`)).text();
    assert.match(text, /perigee_telemetry_link_frames_total\{link="udp:\/\/127.0.0.1:0"\} \d/);
    assert.match(text, /perigee_telemetry_link_refused_frames_total\{link="[^"]*",reason="fecf"\} 0/);
  });

  it("joins segments, and counts no gap for the sequence counts that they used", async () => {
    const exporter = await start("tcp-server://127.0.0.1:0?segments=join");
    const station = await stationAt(exporter.links[0]?.port);
    const whole = packet(1);
    const cut = whole.length - 3;
    const first = Buffer.from(whole.subarray(0, cut));
    first.writeUInt16BE(0x4001, 2);
    first.writeUInt16BE(cut - 7, 4);
    const last = Buffer.concat([whole.subarray(0, 6), whole.subarray(cut)]);
    last.writeUInt16BE(0x8002, 2);
    last.writeUInt16BE(2, 4);
    station.write(Buffer.concat([packet(0), first, last, packet(3)]));
    await until(() => received(exporter) === 3);
    assert.equal(exporter.state.packets[0]?.missing, 0);
  });

  it("refuses more connections than it has buffers for", async () => {
    const exporter = await start("tcp-server://127.0.0.1:0");
    for (let i = 0; i < 9; i++) await stationAt(exporter.links[0]?.port);
    await until(() => logged.some((line) => line.includes("too many")));
    assert.equal(exporter.links[0]?.counts.connections, 8);
  });

  it("opens nothing when one link's port is taken", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    open.push({ destroy: () => taken.close() });
    const { port } = taken.address() as { port: number };
    await assert.rejects(start(`tcp-server://127.0.0.1:0 tcp-server://127.0.0.1:${port}`), /EADDRINUSE/);
  });
});
