import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { closeKeeping, openKeeping } from "../../../../telemetry/cli/keeping";
import { HistoryWriter } from "../../../../telemetry/history";
import { fleetSeries, historySeries } from "../../../../telemetry/history/series";
import { HistoryModel } from "../../../support/telemetry/historyModel";

const { dictionary } = new HistoryModel();
const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const now = Date.now() / 1000;

describe("what is kept of several spacecraft", () => {
  it("is series of each, which no other one has", () => {
    const series = fleetSeries(dictionary, ["alpha", "beta"]);
    const one = historySeries(dictionary, "alpha");
    assert.equal(series.size, 2 * one.size);
    const names = [...series.values()].map(({ metric, labels }) => JSON.stringify([metric, labels]));
    assert.equal(new Set(names).size, names.length);
    for (const [slot, { metric, labels }] of one) {
      assert.deepEqual(series.get(slot)?.labels, labels);
      assert.deepEqual(series.get(dictionary.slots + slot)?.labels, { ...labels, spacecraft: "beta" });
      assert.equal(series.get(dictionary.slots + slot)?.metric, metric);
    }
  });

  it("is the samples of those that the writer has", async () => {
    const writer = new HistoryWriter({
      ...{ dictionary, spacecraft: ["alpha", "beta"], address: "http://127.0.0.1:9/", log },
      ...{ mostAgeSeconds: 3600, mostQueued: 1000, clock: () => now },
    });
    const [packet] = dictionary.packets;
    assert.ok(packet);
    const values = new Float64Array(dictionary.slots).fill(0);
    for (const name of ["alpha", "beta"]) writer.of(name).take({ packet }, now, values);
    assert.equal(writer.queued, 6, "three parameters each: the array has no element");
    assert.throws(() => writer.of("gamma"), /the history has no spacecraft gamma/);
    await writer.close(0);
  });

  it("is an archive of each in a folder of its name, which leads nowhere else", async () => {
    const folder = mkdtempSync(join(tmpdir(), "perigee-archive-"));
    const settings = {
      ...{ archive: folder, archiveDays: 1, archiveMib: 2, archiveCopyMinutes: 60 },
      ...{ historyDays: 1, historyQueue: 10_000 },
    };
    try {
      const kept = await openKeeping(settings, dictionary, ["alpha", "beta", "..", "a/../../b"], { log });
      assert.deepEqual([...(kept.archives?.keys() ?? [])], ["alpha", "beta", "..", "a/../../b"]);
      const packet = new HistoryModel().packet({ apid: 10, time: now, n: 1 });
      kept.archives?.get("beta")?.take(packet, now);
      await closeKeeping(kept);
      assert.deepEqual(readdirSync(folder).sort(), ["%2E", "a%2F..%2F..%2Fb", "alpha", "beta"]);
      assert.equal(readdirSync(join(folder, "beta")).length, 1);
      assert.equal(readdirSync(join(folder, "alpha")).length, 0);
      // One alone has the same folder, so that it stays where it is when another one comes.
      const alone = await openKeeping(settings, dictionary, ["beta"], { log });
      assert.equal(alone.archives?.get("beta")?.files, 1);
      await closeKeeping(alone);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
