import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodePacket, packetLayouts } from "../../../telemetry/decoder";
import { writeChecksum } from "../../../telemetry/decoder/checksum";
import { parseDictionary } from "../../../telemetry/dictionary";
import { isoTime } from "../../../telemetry/isoTime";
import { runHere } from "../../support/telemetry/runHere";

const text = `
name: test
version: "1"
time: { code: CDS, epoch: "1958-01-01T00:00:00Z" }
packets:
  - apid: 10
    name: housekeeping
    subsystem: power
    period: 1
    description: d
    parameters:
      - { name: volts, description: V, type: unsigned, bits: 16, unit: mV }
      - { name: mode, description: Mode, type: enumeration, bits: 8, states: { 0: SAFE, 1: NOMINAL } }
`;

describe("decode", () => {
  let folder: string;
  let dictionary: string;
  const layouts = packetLayouts(parseDictionary(text));
  const packet = (count: number, mode = 1): Buffer => {
    const [layout] = layouts;
    assert.ok(layout);
    return encodePacket(layout, count, 1_000_000_000.25, Float64Array.of(14.4, mode));
  };
  const file = (...content: readonly Buffer[]): string => {
    const path = join(folder, "packets");
    writeFileSync(path, Buffer.concat(content));
    return path;
  };

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "perigee-decode-"));
    dictionary = join(folder, "dictionary.yaml");
    writeFileSync(dictionary, text);
  });
  after(() => rmSync(folder, { recursive: true }));

  const decode = (path: string, ...args: string[]): ReturnType<typeof runHere> =>
    runHere("decode", path, "--dictionary", dictionary, "--format", "json", ...args);

  it("prints times to the microsecond, and raw numbers on request", async () => {
    const { status, stdout } = await decode(file(packet(3)), "--raw");
    assert.equal(status, 0);
    assert.deepEqual(JSON.parse(stdout), {
      ...{ time: "2001-09-09T01:46:40.250000Z", apid: 10, packet: "housekeeping", sequenceCount: 3 },
      values: { "power.volts": 14.4, "power.mode": "NOMINAL" },
      raw: { "power.volts": 14_400, "power.mode": 1 },
    });
  });

  it("prints lists of arrays, texts, null for what is not there, and the raw bytes of texts", async () => {
    const more = join(folder, "more.yaml");
    writeFileSync(
      more,
      JSON.stringify({
        ...{ name: "n", version: "1", time: "none", secondaryHeader: "none", checksum: "iso16" },
        packets: [
          {
            ...{ apid: 1, name: "p", subsystem: "s", period: 1, description: "d", bytes: { from: 4 } },
            parameters: [
              { name: "text", description: "d", type: "string", bytes: 2 },
              {
                ...{ name: "volts", description: "d", type: "unsigned", bits: 8, unit: "mV", count: "rest" },
                most: 3,
              },
              { name: "late", description: "d", type: "unsigned", bits: 8, unit: "V", bitOffset: 40 },
            ],
          },
        ],
      }),
    );
    const whole = Buffer.from("0001c0000005414200070000", "hex");
    writeChecksum("iso16", whole);
    const path = file(whole);
    const { stdout } = await runHere("decode", path, "--dictionary", more, "--raw", "--format", "json");
    assert.deepEqual(JSON.parse(stdout), {
      ...{ time: null, apid: 1, packet: "p", sequenceCount: 0 },
      values: { "s.text": "AB", "s.volts": [0, 0.007], "s.late": null },
      raw: { "s.text": "4142", "s.volts": [0, 7], "s.late": null },
    });
    const { stdout: shown } = await runHere("decode", path, "--dictionary", more, "--raw");
    assert.match(shown, /^no time {2}APID 1 {2}p {2}#0\n/);
    assert.match(shown, /volts +\[0, 7\] +\[0, 0\.007\] V\n {2}late +- +- V\n/);
  });

  it("keeps microseconds, before and after 1970, and shows a time that no date has as seconds", () => {
    assert.equal(isoTime(1_800_000_000.123457), "2027-01-15T08:00:00.123457Z");
    assert.equal(isoTime(-0.000001), "1969-12-31T23:59:59.999999Z");
    assert.equal(isoTime(0.9999999), "1970-01-01T00:00:01.000000Z");
    assert.equal(isoTime(9e15), "9000000000000000");
  });

  it("leaves out the header of each record", async () => {
    const header = Buffer.from("abcd");
    const records = file(header, packet(0), header, packet(1), header, packet(2));
    const { stdout } = await decode(records, "--skip-bytes", "4");
    assert.equal(stdout.trim().split("\n").length, 3);
  });

  it("reads standard input as -", () => {
    const program = join(__dirname, "../../../telemetry/bin/perigee-telemetry.js");
    const args = [program, "decode", "-", "--dictionary", dictionary];
    const { status, stdout } = spawnSync(process.execPath, args, { input: packet(5), encoding: "utf8" });
    assert.equal(status, 0);
    assert.match(stdout, /APID 10 {2}housekeeping {2}#5\n {2}volts +14\.4 V\n/);
  }).timeout(20_000);

  it("ends with 1 where nothing is decoded, and says what was found instead, with an example", async () => {
    const strange = packet(0);
    strange.writeUInt16BE(0x080b, 0);
    const { status, stdout, stderr } = await decode(file(strange, strange));
    assert.equal(status, 1);
    assert.equal(stdout, "");
    assert.match(
      stderr,
      /^perigee-telemetry: nothing of .*packets could be decoded: unknown APID 11, 2 times\. The first: APID 11, \d+ bytes, \d+ by its length field, starts 080bc000[0-9a-f]*: the dictionary has no packet of this APID\n$/,
    );
  });

  it("ends with 1 for a file that is empty, or has idle packets only", async () => {
    assert.match((await decode(file())).stderr, /packets is empty\n$/);
    const { status, stderr } = await decode(file(Buffer.from("07ffc000000000", "hex")));
    assert.equal(status, 1);
    assert.match(stderr, /idle packets only \(1\)/);
  });

  it("names a refused value as the output does", async () => {
    const { status, log } = await decode(file(packet(0, 7)));
    assert.equal(status, 0);
    assert.deepEqual(log[0]?.["problem"], "unknown_state: power.mode");
  });
});

describe("help", () => {
  it("names only settings that the command has", async () => {
    const { stdout } = await runHere("decode", "--help");
    assert.match(stdout, /--raw {2,}prints/);
    assert.match(
      stdout,
      /Each can be given in the environment instead: --format as PERIGEE_TELEMETRY_FORMAT\./,
    );
    assert.match(
      (await runHere("check-dictionary", "--help")).stdout,
      /^Usage: perigee-telemetry check-dictionary \[FILE\]$/m,
    );
  });

  it("check-dictionary without a file says which dictionary it checked", async () => {
    assert.match((await runHere("check-dictionary")).stdout, /the dictionary that comes with Perigee/);
  });
});
