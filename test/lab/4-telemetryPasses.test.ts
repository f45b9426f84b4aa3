/** Passes of the simulated spacecraft: contacts of a plan, its recorder, and a second station. */
import { strict as assert } from "node:assert";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { loadDictionary } from "../../telemetry/dictionary";
import { eventually } from "../support/lab/lab";
import { query, value } from "../support/lab/prometheus";
import { WebhookReceiver, workloadsSucceed } from "../support/lab/workloads";

const battery = "bus_power_battery_voltage_volts";
/** Series of this spacecraft: Prometheus knows those of the mission before for five minutes. */
const own = '{spacecraft="perigee-1"}';
const receiver = new WebhookReceiver();
const { alerting } = receiver;
/** Seconds: the first contact is long enough for an `up` and for the battery to become red. */
const [first, silence, second] = [300, 180, 240];
const day = 86_400;
const packetsPerSecond = loadDictionary().packets.reduce((sum, each) => sum + 1 / each.periodSeconds, 0);

describe("two passes, with a recorder and a second station @all", () => {
  let start = 0;
  const los = (): number => start + first;
  const aos = (): number => los() + silence;
  const until = (time: number): Promise<void> => sleep(Math.max(0, time - Date.now() / 1000) * 1000);

  before(async () => {
    await receiver.open();
    start = Math.floor(Date.now() / 1000);
    // One more a day later: the plan goes on.
    const contacts = [
      [start, los()],
      [aos(), aos() + second],
      [start + day, start + day + second],
    ].map(([from = 0, to = 0]) => ({ start: iso(from), end: iso(to), station: "here" }));
    const plan = join(await mkdtemp(join(tmpdir(), "perigee-lab-test-")), "contacts.json");
    await writeFile(plan, JSON.stringify(contacts));
    const simulator = {
      ...{ scenario: "battery-undervoltage", timeScale: 60 },
      ...{ dumpRate: 100, secondStationSeconds: 5 },
    };
    await workloadsSucceed("up", {
      monitoring: { alerting },
      telemetry: { contacts: plan, simulator },
    });
  });
  after(async () => {
    await receiver.close();
    await workloadsSucceed("up");
  });

  it("in the first the battery becomes red, and each packet that comes twice is a duplicate", async () => {
    await eventually("a planned contact", async () => (await value(`bus_contact_expected${own}`)) === 1);
    const isRed = (): boolean => receiver.has("BusParameterRed", "firing", { parameter: battery });
    await eventually("red at the receiver", isRed, los() - Date.now() / 1000);
    assert.ok(((await value(`sum(bus_packet_duplicates_total${own})`)) ?? 0) > 0);
  });

  it("between them it stays red, is not sent as resolved, and no loss of signal is told", async () => {
    await until(los() + silence - 30);
    assert.equal(await value(`bus_contact_expected${own}`), 0);
    assert.deepEqual(await query(battery), [], "there is no value");
    const firing = `ALERTS{alertname="BusParameterRed",alertstate="firing",parameter="${battery}"}`;
    assert.equal((await query(firing)).length, 1);
    // Before LOS an alarm of an earlier test may still be sent as resolved.
    assert.equal(receiver.has("BusParameterRed", "resolved", { parameter: battery }, los()), false);
    for (const alert of ["BusLossOfSignal", "BusPacketOverdue", "BusSequenceGaps"]) {
      assert.equal(receiver.has(alert, "firing", { spacecraft: "perigee-1" }, start + 60), false, alert);
    }
  });

  it("in the second the recorder's packets are stored ones, the values are live, and nothing is a gap", async () => {
    // What the recorder has of the last minute before AOS is not old enough to be a stored packet.
    const recorded = packetsPerSecond * (silence - 60);
    await eventually(
      "packets of the recorder",
      async () => ((await value(`sum(bus_stored_packets_total${own})`)) ?? 0) > 0.9 * recorded,
      aos() + 120 - Date.now() / 1000,
    );
    await eventually("a live value", async () => (await query(battery)).length > 0);
    assert.ok(Math.abs((await value(`bus_onboard_time_offset_seconds${own}`)) ?? Infinity) < 5);
    const least = await value(`min_over_time(bus_onboard_time_offset_seconds${own}[2m])`);
    assert.ok((least ?? -Infinity) > -5, `an old value was shown: ${least}`);
    assert.equal(await value(`sum(increase(bus_packet_gaps_total${own}[${first + silence}s]))`), 0);
    assert.ok(((await value(`bus_signal_silence_seconds${own}`)) ?? 0) > silence - 60);
    assert.equal(receiver.has("BusSequenceGaps", "firing", {}, start + 60), false);
  });
});

const iso = (seconds: number): string => new Date(seconds * 1000).toISOString();
