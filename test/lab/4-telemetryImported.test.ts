/** A mission that has its definition as XTCE, and a station that sends TM frames by TCP: from the file to the person on call. */
import { strict as assert } from "node:assert";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { appendFile, mkdtemp, writeFile } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { repositoryRoot } from "../../settings/repositoryRoot";
import { encodePacket, packetLayouts, type WrittenEvent } from "../../telemetry/decoder";
import { type Dictionary, loadDictionary } from "../../telemetry/dictionary";
import { TmFrameWriter } from "../../telemetry/links/frameWriter";
import { telemetryNames } from "../../workloads/telemetry/names";
import { engineSucceeds, eventually, kubectl, outputs } from "../support/lab/lab";
import { PacketStore, replayed } from "../support/lab/packetStore";
import { prometheusRolledOut, query, value } from "../support/lab/prometheus";
import { WebhookReceiver, workloadsSucceed } from "../support/lab/workloads";

const { tcpPort, tcpNodePort } = telemetryNames;
const definition = "test/support/lab/orbiter.xtce.xml";
/** What no XTCE says: that a packet is an event. A person adds it to what was imported. */
const eventPacket = `
  - apid: 22
    name: event
    description: What the software reports
    subsystem: software
    secondaryHeader: { bytes: 0, flag: any }
    time: { code: fields, epoch: "2000-01-01T00:00:00Z", fields: [{ is: seconds, bits: 32 }], at: 0 }
    event: { message: message, id: number, severity: { field: level, levels: { 1: info, 2: critical } } }
    parameters:
      - { name: obt, description: OBT, type: unsigned, bits: 32, unit: s, hidden: true }
      - { name: level, description: Severity, type: unsigned, bits: 8, hidden: true }
      - { name: number, description: Number of the event, type: unsigned, bits: 16, hidden: true }
      - { name: message, description: Text, type: string, bytes: 40, hidden: true }
`;
/** The field that is the packet's time is one of its parameters too. */
const epoch = Date.UTC(2000) / 1000;
const frameBytes = 128;
const spacecraftId = 42;
/** Not that of the other tests: Prometheus starts anew for the history, and knows series of before for five minutes. */
const spacecraft = "orbiter";
const voltage = "bus_power_bus_v_volts";
const receiver = new WebhookReceiver();
const contactSeconds = 300;
const day = 86_400;

/** A ground station: live packets in virtual channel 0, what the recorder had in virtual channel 1. */
class Station {
  private readonly writers = [0, 1].map((channel) => new TmFrameWriter(frameBytes, spacecraftId, channel));
  private readonly counts = new Map<number, number>();
  /** Every packet, in the order that they were sent in. */
  readonly sent: Buffer[] = [];
  private constructor(
    private readonly dictionary: Dictionary,
    private readonly socket: Socket,
  ) {}

  static async connect(dictionary: Dictionary): Promise<Station> {
    const socket = connect(tcpNodePort, (await outputs()).publishedHost);
    await once(socket, "connect");
    return new Station(dictionary, socket);
  }

  /** Sends a packet with these values, by the parameters' names, as of a time. */
  send(
    name: string,
    time: number,
    values: Readonly<Record<string, number>>,
    { isStored = false, event }: { isStored?: boolean; event?: WrittenEvent } = {},
  ): void {
    const layout = packetLayouts(this.dictionary).find(({ packet }) => packet.name === name);
    assert.ok(layout, name);
    const given = new Float64Array(this.dictionary.slots);
    const of: Readonly<Record<string, number>> = { ...values, obt: Math.floor(time) - epoch };
    for (const parameter of layout.packet.parameters) given[parameter.index] = of[parameter.name] ?? 0;
    const { apid } = layout.packet;
    // The recorder has counted before.
    const count = isStored ? Math.floor(time) : (this.counts.get(apid) ?? 0);
    if (!isStored) this.counts.set(apid, count + 1);
    const packet = encodePacket(layout, count % 16_384, time, given, event);
    this.sent.push(packet);
    this.socket.write(this.writers[isStored ? 1 : 0]?.write(packet) ?? Buffer.alloc(0));
  }

  close(): void {
    this.socket.destroy();
  }
}

describe("a mission imported from XTCE, in TM frames by TCP @all", () => {
  let folder = "";
  let dictionary: Dictionary;
  let station: Station;
  let store: PacketStore;
  let start = 0;
  const los = (): number => start + contactSeconds;
  /** What the bus has now, in volts. */
  let bus = 28;
  let flying: NodeJS.Timeout | undefined;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "perigee-lab-test-"));
    await receiver.open();
    store = await PacketStore.find();
  });
  after(async () => {
    clearInterval(flying);
    station?.close();
    await receiver.close();
    await workloadsSucceed("up");
    await engineSucceeds("up");
    await prometheusRolledOut();
  });

  it("is imported whole by the command, and flies with what was imported", async () => {
    const file = join(folder, "dictionary.yaml");
    const command = ["telemetry/bin/perigee-telemetry.js", "import", "xtce", definition, "-o", file];
    const { stderr } = await promisify(execFile)("node", command, { cwd: repositoryRoot });
    assert.match(stderr, /everything was carried over/);
    await appendFile(file, eventPacket);
    dictionary = loadDictionary(file);
    const contacts = join(folder, "contacts.csv");
    start = Math.floor(Date.now() / 1000);
    const rows = [
      [start, los()],
      [start + day, start + day + contactSeconds],
    ].map(([from = 0, to = 0]) => `${iso(from)},${iso(to)},here`);
    await writeFile(contacts, `start,end,station\n${rows.join("\n")}\n`);
    await engineSucceeds("up", {
      publishedNodePorts: [{ port: tcpNodePort, why: "TM frames of a station" }],
    });
    const framing = `framing=tm&frameBytes=${frameBytes}&spacecraftId=${spacecraftId}&storedChannels=1`;
    await workloadsSucceed("up", {
      monitoring: { alerting: receiver.alerting },
      telemetry: {
        ...{ spacecraft, dictionary: file, source: "udp", contacts, history: { enabled: true } },
        links: [`tcp-server://0.0.0.0:${tcpPort}?${framing}`],
        archive: { storage: { kind: "ephemeral" }, copy: store.setting },
      },
    });
    station = await Station.connect(dictionary);
    flying = setInterval(() => {
      const now = Date.now() / 1000;
      station.send("power", now, { bus_v: bus, mode: 1 });
      station.send("attitude", now, { wheel: -1200 });
    }, 1000);
  });

  it("is seen live, the mode by its name", async () => {
    await eventually("the voltage", async () => (await value(voltage)) === 28, 120);
    assert.equal(await value('bus_power_mode{state="SCIENCE"}'), 1);
    assert.equal(await value(`sum(bus_packet_gaps_total{spacecraft="${spacecraft}"})`), 0);
  });

  it("is seen at spacecraft time: what the recorder had an hour ago is there, and is not the present", async () => {
    const [from, count] = [Math.floor(Date.now() / 1000) - 3600, 300];
    for (let i = 0; i < count; i++) {
      station.send("power", from + i, { bus_v: 27 + i / 1000, mode: 0 }, { isStored: true });
    }
    const then = (what: string): Promise<number | undefined> =>
      value(`${what}_over_time(onboard_${voltage}[${count}s] @ ${from + count - 1})`);
    await eventually("every stored sample", async () => (await then("count")) === count, 120);
    assert.equal(await then("min"), 27);
    assert.ok(Math.abs(((await then("sum")) ?? 0) - (27 * count + (count * (count - 1)) / 2000)) < 1e-6);
    assert.equal(await value(voltage), 28);
    assert.equal(await value("min_over_time(bus_power_bus_v_volts[5m])"), 28);
    assert.ok(((await value(`onboard_${voltage}`)) ?? 0) >= 27.9, "the live ones are in the history too");
  });

  it("reports an event, which is a line of the exporter's log, once", async () => {
    const event = { severity: "critical", id: 7, source: "", message: "star tracker lost" } as const;
    station.send("event", Date.now() / 1000, {}, { event });
    await eventually("its line", async () => (await logged(event.message)).length > 0, 30);
    const [line, ...more] = await logged(event.message);
    assert.deepEqual(more, []);
    assert.partialDeepStrictEqual(line, { severity: "critical", message: event.message, id: 7 });
    await eventually("the alert of it", () => receiver.has("BusCriticalEvent", "firing"), 120);
  });

  it("has an alarm that stays red over LOS, is not sent as resolved, and nothing tells a loss of signal", async () => {
    bus = 24;
    const isRed = (): boolean => receiver.has("BusParameterRed", "firing", { parameter: voltage });
    await eventually("red at the receiver", isRed, los() - Date.now() / 1000);
    await sleep(Math.max(0, los() - Date.now() / 1000) * 1000);
    clearInterval(flying);
    await sleep(150_000);
    assert.equal(await value(`bus_contact_expected{spacecraft="${spacecraft}"}`), 0);
    assert.deepEqual(await query(voltage), [], "there is no value");
    const firing = `ALERTS{alertname="BusParameterRed",alertstate="firing",parameter="${voltage}"}`;
    assert.equal((await query(firing)).length, 1);
    assert.equal(receiver.has("BusParameterRed", "resolved", { parameter: voltage }, los()), false);
    for (const alert of ["BusLossOfSignal", "BusPacketOverdue", "BusSequenceGaps"]) {
      assert.equal(receiver.has(alert, "firing", { spacecraft }, start + 120), false, alert);
    }
  });

  it("has its packets in an object store as soon as the store takes its key, and they fly again", async () => {
    const refused = "InvalidAccessKeyId";
    await eventually("a refusal in the log", async () => (await logged(refused)).length > 0, 30);
    await store.giveKey();
    const copied = "perigee_telemetry_archive_copy_written_bytes_total > 0";
    const whole = `${copied} and perigee_telemetry_archive_copy_waiting_bytes == 0`;
    await eventually("a whole copy", async () => (await query(whole)).length === 1, 240);
    const copy = join(folder, "copy");
    assert.ok((await store.fetchInto(copy)) > 0);
    // The simulator sends until the exporter of this mission has come.
    const missions = new Set(packetLayouts(dictionary).map(({ packet }) => packet.apid));
    const isOurs = (packet: Buffer): boolean => missions.has(packet.readUInt16BE(0) & 0x7ff);
    const flown = (await replayed(copy))
      .filter(isOurs)
      .map((packet) => packet.toString("hex"))
      .sort();
    assert.deepEqual(flown, station.sent.map((packet) => packet.toString("hex")).sort());
  });
});

/** Lines of the exporter's log with a text. */
async function logged(text: string): Promise<Record<string, unknown>[]> {
  const log = await kubectl("-n", "telemetry", "logs", "deployment/telemetry");
  const lines = log.split("\n").filter((line) => line.includes(text));
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

const iso = (seconds: number): string => new Date(seconds * 1000).toISOString();
