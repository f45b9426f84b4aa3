import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { ContactPlan } from "../../../../telemetry/contacts";
import { encodePacket, packetLayouts } from "../../../../telemetry/decoder";
import { type Exporter, startExporter } from "../../../../telemetry/exporter";
import { expectedPackets, Link, parseSource, spacecraftOf } from "../../../../telemetry/links";
import { TmFrameWriter } from "../../../../telemetry/links/frameWriter";
import { jsonLog } from "../../../../telemetry/log";
import { framesOf } from "../../../support/telemetry/frames";
import { marker, packet, source } from "../../../support/telemetry/streams";
import { dictionaryWith, number } from "../packets/dictionaryOf";

const dictionary = dictionaryWith(
  [
    {
      ...{ apid: 10, name: "housekeeping", subsystem: "power", period: 2 },
      parameters: [number("voltage", 16, { unit: "mV" })],
    },
  ],
  { time: { code: "CUC", epoch: "2000-01-01T00:00:00Z" } },
);
const [layout] = packetLayouts(dictionary);
const housekeeping = (volts: number, count = 0): Buffer => {
  assert.ok(layout);
  return encodePacket(layout, count, Date.now() / 1000, Float64Array.of(volts));
};
/** Idle packets fill what is left of a frame. */
const isIdle = (bytes: Buffer): boolean => (bytes.readUInt16BE(0) & 0x7ff) === 0x7ff;
const problemsOf = (url: string): string => {
  const parsed = parseSource(url);
  return "problems" in parsed ? parsed.problems.join("\n") : "";
};

describe("the spacecraft of a source", () => {
  const frames = "tcp-server://0.0.0.0:1?framing=tm&frameBytes=64";

  it("are those that it names, and the exporter's own where one names none", () => {
    const named = (...urls: string[]): readonly string[] => spacecraftOf(urls.map(source), "own");
    assert.deepEqual(named(), ["own"]);
    assert.deepEqual(named("udp://a:1"), ["own"]);
    assert.deepEqual(named("udp://a:1?spacecraft=one", "udp://a:2?spacecraft=two"), ["one", "two"]);
    assert.deepEqual(named("udp://a:1?spacecraft=one", "udp://a:2"), ["own", "one"]);
    assert.deepEqual(named(`${frames}&spacecraft=7:one,8:two`, "udp://a:1?spacecraft=one"), ["one", "two"]);
  });

  it("have names, and in frames different IDs", () => {
    assert.equal(problemsOf(`${frames}&spacecraft=7:sat-1,1023:sat_2.b`), "");
    assert.match(problemsOf("udp://a:1?spacecraft=7:one"), /spacecraft: must be a name of letters/);
    assert.match(problemsOf("udp://a:1?spacecraft=a%20b"), /spacecraft: must be a name of letters/);
    for (const wrong of ["7:one,7:two", "7:one,two", "7:", ":one", "7:one,"]) {
      assert.match(
        problemsOf(`${frames}&spacecraft=${wrong}`),
        /must be a name, or names by different spacecraft IDs/,
      );
    }
    assert.match(problemsOf(`${frames}&spacecraft=1024:one`), /the spacecraft ID 1024 is above 1023/);
    assert.match(
      problemsOf("udp://a:1?framing=aos&frameBytes=64&spacecraft=1024:one"),
      /the spacecraft ID 1024 is above 1023/,
    );
    assert.match(
      problemsOf(`${frames}&spacecraft=7:one&spacecraftId=7`),
      /spacecraftId: spacecraft says already which are asked for/,
    );
  });

  it("are told apart by the ID of each frame, whichever way frames are interleaved; others are counted", () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ id: fc.constantFrom(7, 8, 9), bytes: fc.integer({ min: 1, max: 90 }) }), {
          maxLength: 20,
        }),
        (sent) => {
          const got: [string | undefined, Buffer][] = [];
          const link = new Link(
            source(`${frames}&spacecraft=7:one,8:two`),
            (bytes, _segments, _isStored, spacecraft) => {
              if (!isIdle(bytes)) got.push([spacecraft, Buffer.from(bytes)]);
            },
            { has: () => true, hasLength: () => true },
          );
          const writers = new Map([7, 8, 9].map((id) => [id, new TmFrameWriter(64, id)]));
          const packets = sent.map(({ id, bytes }, i) => ({
            id,
            bytes: packet(10, i, Buffer.alloc(bytes, i)),
          }));
          const stream = link.stream();
          for (const { id, bytes } of packets) stream.push(writers.get(id)?.write(bytes) ?? Buffer.alloc(0));
          stream.end();
          const names = new Map([
            [7, "one"],
            [8, "two"],
          ]);
          assert.deepEqual(
            got,
            packets.filter(({ id }) => id !== 9).map(({ id, bytes }) => [names.get(id), bytes]),
          );
          assert.equal(
            link.counters.otherFrames > 0,
            packets.some(({ id }) => id === 9),
          );
        },
      ),
    );
  });

  it("have segments of their own, though their counts are alike", () => {
    const got: [string | undefined, string][] = [];
    const link = new Link(
      source(`${frames}&segments=join&spacecraft=7:one,8:two`),
      (bytes, _segments, _isStored, spacecraft) => {
        if (!isIdle(bytes)) got.push([spacecraft, bytes.subarray(6).toString()]);
      },
      expectedPackets([]),
    );
    const stream = link.stream();
    for (const [text, flags, count] of [
      ["be", 1, 0],
      ["gin", 2, 1],
    ] as const) {
      for (const id of [7, 8]) {
        const segment = packet(10, count, Buffer.from(`${text}${id}`), flags);
        const [frame] = framesOf([segment], { kind: "tm", frameBytes: 64, spacecraftId: id, count });
        stream.push(Buffer.concat([marker, frame ?? Buffer.alloc(0)]));
      }
    }
    stream.end();
    assert.deepEqual(got, [
      ["one", "be7gin7"],
      ["two", "be8gin8"],
    ]);
  });
});

describe("an exporter of several spacecraft", () => {
  let exporter: Exporter | undefined;
  afterEach(() => exporter?.stop());
  const tm = "tcp-server://127.0.0.1:0?framing=tm&frameBytes=64&spacecraft=7:two,8:three";
  const start = async (): Promise<Exporter> => {
    const plan = { plan: new ContactPlan([]), readAt: 0 };
    exporter = await startExporter({
      ...{ dictionary, spacecraft: "own", httpPort: 0, httpHost: "127.0.0.1", udpPort: undefined },
      sources: [source("udp://127.0.0.1:0?spacecraft=one"), source(tm)],
      contacts: new Map([["three", plan]]),
      ...{ udpHost: "", staleAfterPeriods: 5, version: "0", log: jsonLog(() => undefined) },
    });
    return exporter;
  };
  const get = (path: string): Promise<Response> => fetch(`http://127.0.0.1:${exporter?.httpPort}${path}`);
  const received = async (): Promise<void> => {
    const states = [...(exporter?.states.values() ?? [])];
    for (let i = 0; i < 500 && states.some(({ datagrams }) => datagrams === 0); i++) await sleep(10);
  };
  const sendToAll = async ({ udpPort, ports }: Exporter): Promise<void> => {
    const udp = createSocket("udp4");
    udp.send(housekeeping(1), udpPort ?? 0, "127.0.0.1");
    const tcp = connect(ports["tcp-server://127.0.0.1:0"] ?? 0, "127.0.0.1");
    for (const [id, volts] of [
      [7, 2],
      [8, 3],
    ] as const) {
      tcp.write(new TmFrameWriter(64, id).write(housekeeping(volts, id * 100)));
    }
    tcp.end();
    await received();
    udp.close();
  };

  it("gives each its values, counts and contacts, one family for all", async () => {
    await sendToAll(await start());
    for (const accept of ["text/plain", "application/openmetrics-text; version=1.0.0"]) {
      const url = `http://127.0.0.1:${exporter?.httpPort}/metrics`;
      const lines = (await (await fetch(url, { headers: { accept } })).text()).split("\n");
      const of = (start: string): string[] => lines.filter((line) => line.startsWith(start));
      assert.deepEqual(of("bus_power_voltage_volts{"), [
        'bus_power_voltage_volts{spacecraft="one"} 1',
        'bus_power_voltage_volts{spacecraft="two"} 2',
        'bus_power_voltage_volts{spacecraft="three"} 3',
      ]);
      assert.equal(of("# TYPE bus_power_voltage_volts ").length, 1);
      assert.deepEqual(
        of("bus_packets_received_total{").map((line) => line.at(-1)),
        ["1", "1", "1"],
      );
      assert.deepEqual(of("bus_packet_gaps_total{").length, 3);
      assert.deepEqual(
        of("perigee_telemetry_datagrams_total "),
        ["perigee_telemetry_datagrams_total 5"],
        "two idle",
      );
      assert.equal(of("bus_contact_plan_age_seconds{").join().includes('spacecraft="three"'), true);
      assert.equal(of("bus_contact_plan_age_seconds{").length, 1);
    }
  });

  it("has documents of each, and says which there are", async () => {
    await sendToAll(await start());
    const document = async (
      path: string,
    ): Promise<{ spacecraft: string; fleet: string[]; parameters: object[] }> =>
      (await (await get(path)).json()) as never;
    assert.deepEqual((await document("/state.json")).fleet, ["one", "two", "three"]);
    assert.equal((await document("/state.json")).spacecraft, "one");
    const two = await document("/state.json?spacecraft=two");
    assert.equal(two.spacecraft, "two");
    assert.partialDeepStrictEqual(two.parameters[0], { value: 2 });
    assert.equal((await get("/recent.json?spacecraft=three")).status, 200);
    const none = await get("/state.json?spacecraft=four");
    assert.equal(none.status, 404);
    assert.match(await none.text(), /there are one, two, three/);
  });
});
