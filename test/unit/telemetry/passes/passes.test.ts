import assert from "node:assert/strict";
import { type Contact, ContactPlan } from "../../../../telemetry/contacts";
import { loadDictionary } from "../../../../telemetry/dictionary";
import { TelemetryState } from "../../../../telemetry/exporter";
import { Passes, Simulator } from "../../../../telemetry/simulator";

const dictionary = loadDictionary();
const start = 1_800_000_000;
/** A short orbit: what is tested does not depend on its length, but the silence of ninety minutes. */
const shortOrbit = 1_500;
const realOrbit = 6_000;
const passSeconds = 300;

/** A pass at the beginning of each orbit. */
const passesOf = (orbits: number, orbitSeconds: number): Contact[] =>
  Array.from({ length: orbits }, (_, i) => ({
    start: start + i * orbitSeconds,
    end: start + i * orbitSeconds + passSeconds,
    station: "svalbard",
  }));

interface Flight {
  readonly orbits: number;
  readonly orbitSeconds?: number;
  readonly dumpPerSecond?: number;
  readonly secondStation?: number;
  /** False: the exporter knows nothing of the contacts. */
  readonly isPlanned?: boolean;
}

/** Flight of some orbits, a step each second; `watch` sees the state after each. */
function fly(
  { orbits, orbitSeconds = shortOrbit, dumpPerSecond = 0, secondStation = 0, isPlanned = true }: Flight,
  watch: (state: TelemetryState, now: number) => void = () => undefined,
): TelemetryState {
  const plan = new ContactPlan(passesOf(orbits, orbitSeconds));
  const simulator = new Simulator({ dictionary, scenario: "nominal", timeScale: 1, seed: 1, start });
  const passes = new Passes({ spanAt: (now) => plan.at(now), dumpPerSecond, secondStation });
  const state = new TelemetryState(dictionary, 5);
  if (isPlanned) state.contacts = { plan, readAt: start };
  for (let now = start; now < start + (orbits - 1) * orbitSeconds + passSeconds; now++) {
    for (const packet of passes.carry(now, simulator.until(now))) state.receive(packet, now);
    watch(state, now);
  }
  return state;
}

const counts = (state: TelemetryState): Record<string, number> =>
  Object.fromEntries(
    (["received", "missing", "duplicates", "late", "stored"] as const).map((key) => [
      key,
      state.packets.reduce((sum, packet) => sum + packet[key], 0),
    ]),
  );

describe("passes with a recorder that is played back between live packets", () => {
  let offsets: number[];
  let state: TelemetryState;
  before(() => {
    offsets = [];
    state = fly({ orbits: 3, dumpPerSecond: 30 }, ({ onboardTimeOffset }) => {
      offsets.push(onboardTimeOffset);
    });
  });

  it("show live values only: no value is older than a second", () => {
    assert.ok(
      offsets.every((offset) => Math.abs(offset) <= 1),
      String(Math.min(...offsets)),
    );
  });

  it("count what was played back, and no gap", () => {
    const { stored = 0, received = 0, missing, duplicates, late } = counts(state);
    assert.deepEqual({ missing, duplicates, late }, { missing: 0, duplicates: 0, late: 0 });
    assert.ok(stored > 5_000 && stored < received, String(stored));
  });

  it("have one silence between two, of the length that it had", () => {
    assert.ok(Math.abs(state.signal.silence - (shortOrbit - passSeconds)) <= 2);
    assert.ok(Math.abs(state.signal.acquired - (start + 2 * shortOrbit)) <= 2);
  });
});

describe("ninety minutes of silence", () => {
  it("are no gap where contacts are planned, and gaps within a contact are counted", () => {
    assert.equal(counts(fly({ orbits: 2, orbitSeconds: realOrbit }))["missing"], 0);
    const state = new TelemetryState(dictionary, 5);
    state.contacts = { plan: new ContactPlan(passesOf(2, realOrbit)), readAt: start };
    const simulator = new Simulator({ dictionary, scenario: "sequence-gaps", timeScale: 1, seed: 1, start });
    for (let now = start; now < start + passSeconds; now++) {
      for (const packet of simulator.until(now)) state.receive(packet, now);
    }
    assert.ok((counts(state)["missing"] ?? 0) > 0);
  });

  it("are gaps as before where nothing is planned", () => {
    assert.ok(
      (counts(fly({ orbits: 2, orbitSeconds: realOrbit, isPlanned: false }))["missing"] ?? 0) > 10_000,
    );
  });
});

describe("a second station", () => {
  for (const lag of [5, 20, 40]) {
    it(`${lag} seconds behind gives duplicates only, and sets no value back`, () => {
      let newest = -Infinity;
      const state = fly({ orbits: 2, secondStation: lag }, ({ packets, onboardTimeOffset }, now) => {
        const [{ lastReceived = 0 } = {}] = packets;
        if (lastReceived !== now) return;
        assert.ok(now + onboardTimeOffset >= newest, "the time shown rises");
        newest = now + onboardTimeOffset;
      });
      const { received = 0, duplicates = 0, missing, late, stored } = counts(state);
      assert.deepEqual({ missing, late, stored }, { missing: 0, late: 0, stored: 0 });
      // The copies of the last seconds have not come yet.
      assert.ok(duplicates > (received - duplicates) * 0.9, `${duplicates} of ${received}`);
    });
  }

  it("and a recorder together: each counted as what it is", () => {
    const {
      missing,
      late,
      stored = 0,
      duplicates = 0,
    } = counts(fly({ orbits: 3, secondStation: 12, dumpPerSecond: 30 }));
    assert.deepEqual({ missing, late }, { missing: 0, late: 0 });
    assert.ok(stored > 5_000 && duplicates > 1_500, `${stored} stored, ${duplicates} twice`);
  });
});
