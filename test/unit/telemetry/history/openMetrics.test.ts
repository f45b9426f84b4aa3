import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { prometheusProgram } from "../../../support/promtool";
import { historyDictionaryText, HistoryModel, type Samples } from "../../../support/telemetry/historyModel";
import { runHere } from "../../../support/telemetry/runHere";

const run = promisify(execFile);

describe("decode --format openmetrics", function () {
  this.timeout(150_000);
  let folder: string;
  let dictionary: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "perigee-openmetrics-"));
    dictionary = join(folder, "dictionary.yaml");
    await writeFile(dictionary, historyDictionaryText);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  async function printed(
    packets: readonly Buffer[],
    ...more: string[]
  ): Promise<Awaited<ReturnType<typeof runHere>>> {
    const file = join(folder, "packets");
    await writeFile(file, Buffer.concat(packets));
    return runHere("decode", file, "--dictionary", dictionary, "--format", "openmetrics", ...more);
  }

  it("prints each series together and in the order of time, with its type and its end", async () => {
    const model = new HistoryModel();
    const start = 1_795_000_000;
    const packets = [2, 1].map((i) => model.packet({ apid: 11, time: start + i / 4, n: i }));
    const { stdout, status } = await printed(packets, "--spacecraft", "orbiter");
    assert.equal(status, 0);
    assert.equal(
      stdout,
      [
        "# HELP onboard_bus_attitude_mode m",
        "# TYPE onboard_bus_attitude_mode gauge",
        'onboard_bus_attitude_mode{spacecraft="orbiter"} 3 1795000000.250',
        'onboard_bus_attitude_mode{spacecraft="orbiter"} 0 1795000000.500',
        "# EOF\n",
      ].join("\n"),
    );
  });

  it("makes blocks by promtool that have every sample once, as the packets have them", async () => {
    const model = new HistoryModel();
    const start = 1_795_000_000;
    // Over several of a block's two hours, forwards and backwards, and partly twice.
    const flown = Array.from({ length: 600 }, (_, i) => ({
      apid: i % 3 === 0 ? (11 as const) : (10 as const),
      time: start + ((i * 7) % 600) * 30 + 0.25,
      n: i,
    }));
    const packets = flown.map((each) => model.fly(each));
    const { stdout } = await printed([...packets, ...packets.slice(0, 100)], "--spacecraft", "orbiter");
    const text = join(folder, "samples.om");
    await writeFile(text, stdout);
    const promtool = await prometheusProgram("promtool");
    await run(promtool, ["tsdb", "create-blocks-from", "openmetrics", text, join(folder, "data")]);
    // What promtool looks for in a data folder, and a Prometheus has.
    await mkdir(join(folder, "data", "wal"));
    const dump = await run(promtool, ["tsdb", "dump", join(folder, "data")], { maxBuffer: 64 * 1024 ** 2 });
    assert.deepEqual(sorted(dumped(dump.stdout)), sorted(model.samples));
  });

  it("says what has no on-board time, and what cannot be decoded", async () => {
    const untimed = historyDictionaryText.replace(
      "    name: attitude\n",
      "    name: attitude\n    time: none\n",
    );
    const other = join(folder, "untimed.yaml");
    await writeFile(other, untimed);
    const file = join(folder, "untimed");
    const model = new HistoryModel();
    const packet = model.packet({ apid: 11, time: 1_795_000_000, n: 0 });
    const header = Buffer.from([0x00, 11, 0xc0, 0, 0, 0]);
    await writeFile(file, Buffer.concat([header, packet.subarray(-1)]));
    const { stdout, log, status } = await runHere(
      "decode",
      file,
      "--dictionary",
      other,
      "--format",
      "openmetrics",
    );
    assert.deepEqual([status, stdout], [0, "# EOF\n"]);
    assert.deepEqual(
      [log[0]?.["message"], log[0]?.["packets"]],
      ["not in the output: packets without an on-board time", 1],
    );
    await writeFile(file, "no packets");
    assert.equal((await runHere("decode", file, "--format", "openmetrics")).status, 1);
  });
});

/** Samples of `promtool tsdb dump`: `{__name__="x", index="0", spacecraft="orbiter"} 1 1795000000250`. */
function dumped(text: string): Samples {
  const samples: Samples = new Map();
  for (const line of text.trim().split("\n")) {
    const [, labels = "", value, time] = /^\{(.*)\} (\S+) (\d+)$/.exec(line) ?? [];
    const named: Partial<Record<string, string>> = Object.fromEntries(
      Array.from(
        (labels ?? "").matchAll(/(\w+)="([^"]*)"/g),
        ([, label = "", of = ""]) => [label, of] as const,
      ),
    );
    assert.equal(named["spacecraft"], "orbiter");
    const { __name__: name = "", index } = named;
    const key = index === undefined ? name : `${name} index=${index}`;
    const known = samples.get(key) ?? new Map<number, number>();
    assert.ok(!known.has(Number(time)), line);
    samples.set(key, known.set(Number(time), Number(value)));
  }
  return samples;
}

const sorted = (samples: Samples): unknown =>
  [...samples].sort().map(([key, values]) => [key, [...values].sort(([a], [b]) => a - b)]);
