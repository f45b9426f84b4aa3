import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repositoryRoot } from "../../../../settings/repositoryRoot";
import { run } from "../../../../telemetry/cli/main";
import { TelemetryState } from "../../../../telemetry/exporter";
import { EventLog } from "../../../../telemetry/exporter/eventLog";
import { jsonLog } from "../../../../telemetry/log";
import { type ScenarioName, Simulator } from "../../../../telemetry/simulator";
import { runHere } from "../../../support/telemetry/runHere";
import { EventBench, example, type Line } from "./eventBench";

/** Lines of three simulated minutes. */
function flown(name: string, scenario: ScenarioName): { lines: Line[]; errors: number } {
  const dictionary = example(name);
  const start = 1_800_000_000;
  const simulator = new Simulator({ dictionary, scenario, timeScale: 1, seed: 1, start });
  const state = new TelemetryState(dictionary, 5);
  const lines: Line[] = [];
  state.events = new EventLog("sat", (line) => lines.push(JSON.parse(line) as Line));
  for (let now = start; now <= start + 180; now++) {
    for (const packet of simulator.until(now)) state.receive(packet, now);
  }
  return { lines, errors: Object.values(state.errors).reduce((sum, count) => sum + count, 0) };
}

describe("simulated events", () => {
  for (const name of ["cfs-evs", "pus-5"]) {
    it(`of ${name} are mild ones while nothing is wrong`, () => {
      const { lines, errors } = flown(name, "nominal");
      assert.equal(errors, 0);
      assert.ok(lines.length >= 10, `${lines.length}`);
      assert.deepEqual([...new Set(lines.map(({ severity }) => severity))], ["info"]);
      assert.ok(lines.every(({ problems }) => problems === undefined));
    });

    it(`of ${name} have every severity in a scenario with faults`, () => {
      const severities = new Set(flown(name, "battery-undervoltage").lines.map(({ severity }) => severity));
      assert.ok(severities.has("critical") && severities.has("error"));
    });
  }
});

describe("commands on a file of event packets", () => {
  let folder: string;
  let file: string;
  const dictionary = join(repositoryRoot, "examples/events/cfs-evs.yaml");

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "perigee-events-"));
    file = join(folder, "packets");
    const bench = new EventBench(example("cfs-evs"), "long_event");
    const packet = bench.packet({
      severity: "error",
      id: 3,
      source: "CFE_SB",
      message: "pipe \u202eoverflow",
    });
    writeFileSync(file, packet);
  });
  after(() => rmSync(folder, { recursive: true }));

  it("decode shows the event, in both formats", async () => {
    const table = await runHere("decode", file, "--dictionary", dictionary);
    assert.match(
      table.stdout,
      /APID 8 {2}long_event {2}#0\n {2}error {2}CFE_SB {2}3 {2}pipe \uFFFDoverflow\n/,
    );
    const json = await runHere("decode", file, "--dictionary", dictionary, "--format", "json");
    const { events } = JSON.parse(json.stdout) as { events: unknown };
    assert.deepEqual(events, [
      {
        severity: "error",
        id: 3,
        source: "CFE_SB",
        message: "pipe \u202eoverflow",
        values: {},
        problems: [],
      },
    ]);
  });

  it("serve writes the event to its standard output, and its own log elsewhere", async () => {
    const stop = new AbortController();
    const printed: string[] = [];
    const log: string[] = [];
    const args = ["serve", "--dictionary", dictionary, "--file", file, "--rate", "0", "--spacecraft", "sat"];
    const status = await run([...args, "--udp-port", "0", "--http-port", "0"], {
      print: (text) => Promise.resolve(void printed.push(text)),
      complain: () => undefined,
      log: jsonLog((line) => {
        log.push(line);
        if (line.includes("end of the file")) stop.abort();
      }),
      stopped: stop.signal,
    });
    assert.equal(status, 0);
    assert.equal(printed.length, 1);
    const { kind, spacecraft, message } = JSON.parse(printed[0] ?? "") as Line;
    assert.deepEqual(
      { kind, spacecraft, message },
      { kind: "event", spacecraft: "sat", message: "pipe \u202eoverflow" },
    );
    assert.match(printed[0] ?? "", /pipe \\u202eoverflow/);
    assert.ok(!log.join("").includes("overflow"));
  });

  it("check-dictionary counts the packets with events", async () => {
    const { stdout } = await runHere("check-dictionary", dictionary);
    assert.match(stdout, /^cfs-events 1\.0\.0: 2 packets \(2 with events\), 0 parameters/);
  });
});
