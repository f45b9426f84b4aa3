import assert from "node:assert/strict";
import { type ChildProcessWithoutNullStreams, execFileSync, spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { buildBundle, maxBundleBytes } from "../../../telemetry/build";
import { port, readSettings, text, UsageError } from "../../../telemetry/cli/settings";
import { defaultDictionaryText, loadDictionary } from "../../../telemetry/dictionary";
import { Simulator } from "../../../telemetry/simulator";
import { nodeProblem } from "../../../telemetry/version";
import { runHere } from "../../support/telemetry/runHere";

const npmBin = join(__dirname, "../../../telemetry/bin/perigee-telemetry.js");

describe("settings", () => {
  const spec = {
    name: "try",
    summary: "s",
    settings: { httpPort: port.default(1), spacecraft: text.default("a") },
  };

  it("come from flags, then the environment, then defaults", () => {
    const environment = { PERIGEE_TELEMETRY_HTTP_PORT: "2", PERIGEE_TELEMETRY_SPACECRAFT: "" };
    assert.deepEqual(readSettings(spec, {}, {}), { httpPort: 1, spacecraft: "a" });
    assert.deepEqual(readSettings(spec, {}, environment), { httpPort: 2, spacecraft: "a" });
    assert.deepEqual(readSettings(spec, { httpPort: "3" }, environment), {
      httpPort: 3,
      spacecraft: "a",
    });
  });

  it("are refused with the name of every flag and variable that is wrong", () => {
    const wrong = (): unknown => readSettings(spec, { httpPort: "70000", spacecraft: "" }, {});
    assert.throws(
      wrong,
      (error) =>
        error instanceof UsageError &&
        /--http-port.*PERIGEE_TELEMETRY_HTTP_PORT.*--spacecraft/.test(error.message),
    );
  });
});

describe("the version of Node", () => {
  it("is refused where it is older than what package.json says, and both are named", () => {
    assert.equal(nodeProblem(process.versions.node), undefined);
    for (const running of ["20.20.2", "22.9.0", "22.18.5", "9.11.2"]) {
      assert.equal(nodeProblem(running, ">=22.19"), `needs Node.js 22.19 or newer; this is ${running}`);
    }
    for (const running of ["22.19.0", "22.20.0", "24.0.0", "100.0.0"]) {
      assert.equal(nodeProblem(running, ">=22.19"), undefined, running);
    }
    assert.match(nodeProblem("1.0.0") ?? "", /^needs Node\.js \d+\.\d+ or newer/);
  });
});

describe("the commands", () => {
  it("each explain themselves", async () => {
    const help = await runHere("--help");
    assert.equal(help.status, 0);
    for (const name of ["serve", "simulate", "replay", "check-dictionary", "decode", "import"]) {
      assert.match(help.stdout, new RegExp(`^  ${name} `, "m"));
      const own = await runHere(name, "--help");
      assert.equal(own.status, 0);
      assert.match(own.stdout, new RegExp(`^Usage: perigee-telemetry ${name}`));
    }
  });

  for (const [what, args, message] of [
    ["an unknown command", ["fly"], /unknown command 'fly'/],
    ["an unknown flag", ["serve", "--prot", "1"], /unknown option '--prot'/],
    [
      "a file that is not there",
      ["decode", "/nowhere/packets"],
      /cannot read the packets \/nowhere\/packets: ENOENT/,
    ],
    [
      "a dictionary that is not there",
      ["serve", "--dictionary", "/nowhere/d.yaml"],
      /cannot read the dictionary/,
    ],
    [
      "a dictionary to check that is not there",
      ["check-dictionary", "/nowhere/d.yaml"],
      /cannot read the dictionary/,
    ],
    [
      "a recording that cannot be written",
      ["simulate", "--record", "/nowhere/packets"],
      /cannot record the packets: ENOENT/,
    ],
    ["a target without a port", ["simulate", "--target", "here"], /--target must be HOST:PORT/],
    ["an unknown scenario", ["simulate", "--scenario", "dance"], /--scenario/],
    [
      "a contact plan that is not there",
      ["serve", "--contacts", "/nowhere/plan.csv"],
      /--contacts \/nowhere\/plan\.csv: cannot be read: ENOENT/,
    ],
    [
      "a contact plan that is none",
      ["serve", "--contacts", __filename],
      /--contacts .*cli\.test\.ts: (is neither YAML nor JSON|must be a list of contacts)/,
    ],
    [
      "a contact plan's address that is none, without its password",
      ["serve", "--contacts", "https://user:hush@[bad/plan"],
      /--contacts https:\/\/\[bad\/plan: is no URL/,
    ],
    ["a recorder without contacts", ["simulate", "--dump", "5"], /--dump: needs --contacts/],
    [
      "a number that is none",
      ["replay", "x", "--rate", "abc"],
      /--rate \(or PERIGEE_TELEMETRY_RATE\): must be a number of at least 0, not "abc"$/m,
    ],
    ["a number that is blank", ["replay", "x", "--rate", " "], /: must be a number of at least 0, not " "$/m],
    [
      "a number that is too big",
      ["serve", "--http-port", "70000"],
      /--http-port \(.*\): must be a whole number from 0 to 65535, not "70000"$/m,
    ],
    [
      "a number that is too small",
      ["simulate", "--time-scale", "0"],
      /--time-scale \(.*\): must be a number above 0 and of at most 10000, not "0"$/m,
    ],
    [
      "a number that is not whole",
      ["simulate", "--seed", "1.5"],
      /--seed \(.*\): must be a whole number, not "1\.5"$/m,
    ],
    [
      "a word that is nearly a known one",
      ["decode", "x", "--format", "jsno"],
      /--format \(.*\): must be one of table, json, openmetrics, not "jsno"$/m,
    ],
    [
      "a word in capitals",
      ["simulate", "--scenario", "Safe-Mode"],
      /, not "Safe-Mode"; did you mean safe-mode\?$/m,
    ],
  ] as const) {
    it(`say one clear line and end with 2 for ${what}`, async () => {
      const { status, stderr } = await runHere(...args);
      assert.equal(status, 2);
      assert.match(stderr, message);
      assert.equal(stderr.trim().split("\n").length, 1, stderr);
    });
  }
});

describe("check-dictionary", () => {
  let folder: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), "perigee-check-"))));
  after(() => rmSync(folder, { recursive: true }));

  const check = async (content: string | Buffer): ReturnType<typeof runHere> => {
    const file = join(folder, "dictionary.yaml");
    writeFileSync(file, content);
    return runHere("check-dictionary", file);
  };

  it("says how big the dictionary and the rules get, beside what they may be", async () => {
    const { status, stdout } = await check(defaultDictionaryText());
    assert.equal(status, 0);
    const lines = [
      /^dictionary: \d+ KiB \(limit 1024 KiB\)$/m,
      /^\d+ rule groups: \d+ KiB, the largest \d+ KiB \(limit 512 KiB each\)$/m,
    ];
    for (const line of lines) assert.match(stdout, line);
  });

  it("refuses a dictionary that does not fit into a ConfigMap even compressed, with its size and the limit", async () => {
    const parameters = Array.from({ length: 4_000 }, (_, i) => ({
      ...{ name: `p${i}`, type: "unsigned", bits: 8, unit: "count" },
      description: randomBytes(290).toString("base64"),
    }));
    const packet = { apid: 1, name: "p", description: "d", subsystem: "power", period: 1, parameters };
    const time = { code: "CUC", epoch: "2000-01-01T00:00:00Z" };
    const { status, stdout } = await check(
      JSON.stringify({ name: "n", version: "1", time, packets: [packet] }),
    );
    assert.equal(status, 1);
    assert.match(
      stdout,
      /^dictionary has 1[1-9]\d\d KiB, at most 1024 KiB fit .*: shorten its descriptions/m,
    );
  });

  it("reads the compressed file that pods of a large dictionary have", async () => {
    const { status, stdout } = await check(gzipSync(defaultDictionaryText()));
    assert.equal(status, 0, stdout);
    assert.match(stdout, /88 parameters/);
  });

  it("reads a file in UTF-16 of either order, with a byte order mark or without", async () => {
    const text = `# °\n${defaultDictionaryText()}`;
    for (const written of [text, `\uFEFF${text}`]) {
      const little = Buffer.from(written, "utf16le");
      for (const content of [little, Buffer.from(little).swap16(), Buffer.from(written)]) {
        const { status, stdout } = await check(content);
        assert.equal(status, 0, stdout);
        assert.match(stdout, /88 parameters/);
      }
    }
  });

  it("lists the first thousand of very many problems, and how many more there are", async () => {
    const packets = Array.from({ length: 3_000 }, () => "  - wrong: 1\n").join("");
    const { status, stdout } = await check(`name: n\nversion: "1"\ntime: none\npackets:\n${packets}`);
    assert.equal(status, 1);
    const lines = stdout.trimEnd().split("\n");
    assert.equal(lines.length, 1_001);
    assert.match(lines.at(-1) ?? "", /^and \d+ more problems$/);
  });

  it("says in one line that a compressed file is damaged", async () => {
    const { status, stderr } = await check(gzipSync(defaultDictionaryText()).subarray(0, 200));
    assert.equal(status, 2);
    assert.match(stderr, /^perigee-telemetry: cannot read the dictionary .*: unexpected end of file\n$/);
  });
});

describe("the commands, as one bundled file", function () {
  this.timeout(30_000);
  let folder: string;
  let bundle: string;
  const running: ChildProcessWithoutNullStreams[] = [];

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "perigee-telemetry-"));
    bundle = join(folder, "perigee-telemetry.js");
    assert.ok((await buildBundle(bundle)) <= maxBundleBytes);
  });
  afterEach(() => running.splice(0).forEach((child) => child.kill("SIGKILL")));
  after(() => rmSync(folder, { recursive: true }));

  const run = (...args: string[]) =>
    spawnSync(process.execPath, [bundle, ...args], { encoding: "utf8", timeout: 20_000 });

  /** Starts `serve` on ports of its own choice and waits until it says which. */
  async function serving(
    ...args: string[]
  ): Promise<{ child: ChildProcessWithoutNullStreams; http: number; udp: number }> {
    const child = spawn(process.execPath, [
      bundle,
      "serve",
      "--http-port",
      "0",
      "--udp-port",
      "0",
      "--http-host",
      "127.0.0.1",
      "--udp-host",
      "127.0.0.1",
      ...args,
    ]);
    running.push(child);
    const [line] = (await once(child.stderr, "data")) as [Buffer];
    const { http, udp } = JSON.parse(String(line).split("\n")[0] ?? "") as { http: number; udp: number };
    return { child, http, udp };
  }

  it("end with 2 on an older Node, in one line, through the npm bin too", () => {
    const older = join(folder, "older.js");
    writeFileSync(older, 'Object.defineProperty(process.versions, "node", { value: "20.20.2" });');
    for (const program of [bundle, npmBin]) {
      const { status, stderr } = spawnSync(process.execPath, ["-r", older, program], { encoding: "utf8" });
      assert.equal(status, 2);
      assert.match(stderr, /^perigee-telemetry: needs Node\.js [\d.]+ or newer; this is 20\.20\.2\n$/);
    }
  });

  it("start through the npm bin too", () => {
    const started = spawnSync(process.execPath, [npmBin, "check-dictionary"], { encoding: "utf8" });
    assert.equal(started.status, 0, started.stderr);
    assert.match(started.stdout, /perigee-12u .*: 7 packets, 88 parameters/);
  });

  it("say one clear line and end with 2 for a port in use", async () => {
    const blocker = createServer().listen(0, "127.0.0.1");
    await once(blocker, "listening");
    const address = blocker.address();
    assert.ok(address && typeof address === "object");
    const { status, stderr } = run(
      "serve",
      "--http-host",
      "127.0.0.1",
      "--http-port",
      String(address.port),
      "--udp-port",
      "0",
    );
    blocker.close();
    assert.equal(status, 2);
    assert.match(stderr, /^perigee-telemetry: cannot listen: .*EADDRINUSE[^\n]*\n$/);
  });

  it("check-dictionary says the same as from the source tree", async () => {
    assert.equal(run("check-dictionary").stdout, (await runHere("check-dictionary")).stdout);
  });

  it("check-dictionary says everything that is wrong, and ends with 1", () => {
    const file = join(folder, "bad.yaml");
    writeFileSync(file, "name: x\nversion: 1\npackets: []\n");
    const { status, stdout } = run("check-dictionary", file);
    assert.equal(status, 1);
    assert.match(stdout, /bad\.yaml:2:1: version: must be a text/);
    assert.match(stdout, /bad\.yaml:3:1: packets/);
  });

  it("simulate, serve, decode and replay work on each other's packets, and SIGTERM ends serve with 0", async () => {
    const file = join(folder, "packets.bin");
    const simulated = run("simulate", "--target", "127.0.0.1:9", "--duration", "0.3", "--record", file);
    assert.equal(simulated.status, 0, simulated.stderr);
    const decoded = run("decode", file, "--format", "json").stdout.trim().split("\n");
    assert.equal(decoded.length, 7);
    assert.match(decoded[0] ?? "", /"packet":"power_housekeeping".*"power\.battery_voltage":16/);
    assert.match(run("decode", file).stdout, /battery_voltage +16\.\d+ V/);

    const { child, http, udp } = await serving("--spacecraft", "probe");
    const replayed = run("replay", file, "--target", `127.0.0.1:${udp}`, "--rate", "0");
    assert.equal(replayed.status, 0, replayed.stderr);
    const metrics = await (await fetch(`http://127.0.0.1:${http}/metrics`)).text();
    assert.match(metrics, /^bus_power_battery_voltage_volts\{spacecraft="probe"\} 16\./m);
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    assert.deepEqual(await ended, [0, null]);
  });

  it("that wait for their input are ended by SIGINT", async () => {
    const pipe = join(folder, "pipe");
    execFileSync("mkfifo", [pipe]);
    for (const args of [
      ["decode", pipe],
      ["replay", pipe],
      ["contacts", pipe, "--station", "here,1,2,3"],
    ]) {
      const child = spawn(process.execPath, [bundle, ...args]);
      running.push(child);
      const ended = once(child, "exit");
      // Is opened when the other side is.
      const writer = await open(pipe, "w");
      child.kill("SIGINT");
      assert.deepEqual(await ended, [null, "SIGINT"], args.join(" "));
      await writer.close();
    }
  });

  it("serve drains where it is told to: ready at first, then not, receiving all the time", async () => {
    const file = join(folder, "packets.bin");
    const { child, http, udp } = await serving("--drain", "9");
    const status = async (path: string): Promise<number> =>
      (await fetch(`http://127.0.0.1:${http}${path}`)).status;
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    assert.equal(await status("/readyz"), 200);
    while ((await status("/readyz")) === 200) await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(await status("/readyz"), 503);
    assert.equal(await status("/healthz"), 200);
    assert.equal(run("replay", file, "--target", `127.0.0.1:${udp}`, "--rate", "0").status, 0);
    const metrics = await (await fetch(`http://127.0.0.1:${http}/metrics`)).text();
    assert.match(metrics, /^bus_power_battery_voltage_volts/m);
    assert.deepEqual(await ended, [0, null]);
  }).timeout(20_000);

  it("serve counts no gap while the exporter before it may still drain, and counts them afterwards", async () => {
    const { http, udp } = await serving("--drain", "2");
    const dictionary = loadDictionary();
    const [packet] = dictionary.packets;
    const simulator = new Simulator({ dictionary, scenario: "nominal", timeScale: 1, seed: 1, start: 0 });
    const seconds = Array.from({ length: 40 }, (_, second) => simulator.until(second));
    const ofOneKind = seconds.flat().filter((bytes) => (bytes.readUInt16BE(0) & 0x7ff) === packet?.apid);
    const gapsAfter = async (...counts: readonly number[]): Promise<number> => {
      const file = join(folder, "some.bin");
      writeFileSync(file, Buffer.concat(counts.map((count) => ofOneKind[count] ?? Buffer.alloc(0))));
      assert.equal(run("replay", file, "--target", `127.0.0.1:${udp}`, "--rate", "0").status, 0);
      const metrics = await (await fetch(`http://127.0.0.1:${http}/metrics`)).text();
      const line = new RegExp(`^bus_packet_gaps_total\\{.*apid="${packet?.apid}".*\\} (\\d+)$`, "m");
      return Number(line.exec(metrics)?.[1]);
    };
    assert.equal(await gapsAfter(0, 4), 0);
    await new Promise((resolve) => setTimeout(resolve, 4_000));
    assert.equal(await gapsAfter(5, 9), 3);
  }).timeout(20_000);

  it("simulate ends with 2 when the disk is full", () => {
    const { status, stderr } = run("simulate", "--target", "127.0.0.1:9", "--record", "/dev/full");
    assert.equal(status, 2);
    assert.match(stderr, /^perigee-telemetry: cannot record the packets: ENOSPC[^\n]*$/m);
  });

  it("serve takes a file of packets instead of a socket's", async () => {
    const file = join(folder, "packets.bin");
    const { http } = await serving("--file", file, "--rate", "0");
    await new Promise((resolve) => setTimeout(resolve, 200));
    assert.match(
      await (await fetch(`http://127.0.0.1:${http}/metrics`)).text(),
      /^bus_power_battery_voltage_volts/m,
    );
  });
});
