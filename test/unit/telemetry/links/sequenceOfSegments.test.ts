import assert from "node:assert/strict";
import { encodePacket, packetLayouts } from "../../../../telemetry/decoder";
import { loadDictionary } from "../../../../telemetry/dictionary";
import { TelemetryState } from "../../../../telemetry/exporter/telemetryState";

const dictionary = loadDictionary();
const [layout] = packetLayouts(dictionary);

describe("the sequence count of joined packets", () => {
  const start = (): { state: TelemetryState; arrive: (count: number, segments?: number) => void } => {
    const state = new TelemetryState(dictionary, 5);
    const arrive = (count: number, segments?: number): void => {
      assert.ok(layout);
      const values = new Float64Array(dictionary.slots).fill(1);
      state.receive(encodePacket(layout, count % 16_384, 1.8e9 + count, values), 1.8e9, segments);
    };
    return { state, arrive };
  };
  const counts = (state: TelemetryState): Record<string, number> => {
    const { received = NaN, missing = NaN, duplicates = NaN, late = NaN } = state.packets[0] ?? {};
    return { received, missing, duplicates, late };
  };

  it("has no gap where the segments' counts follow one another, also over the end of the counter", () => {
    const { state, arrive } = start();
    for (const [count, segments] of [[16_380], [16_381, 5], [16_386], [16_387, 2], [16_389]] as const) {
      arrive(count, segments);
    }
    assert.deepEqual(counts(state), { received: 5, missing: 0, duplicates: 0, late: 0 });
  });

  it("has a gap of as many packets as counts are skipped, which a late packet makes good", () => {
    const { state, arrive } = start();
    arrive(0);
    arrive(4, 2);
    assert.deepEqual(counts(state), { received: 2, missing: 3, duplicates: 0, late: 0 });
    arrive(1, 3);
    assert.deepEqual(counts(state), { received: 3, missing: 3, duplicates: 0, late: 3 });
  });

  it("tells a packet that was joined twice, as from two stations", () => {
    const { state, arrive } = start();
    arrive(0, 3);
    arrive(0, 3);
    arrive(3);
    assert.deepEqual(counts(state), { received: 3, missing: 0, duplicates: 1, late: 0 });
  });
});
