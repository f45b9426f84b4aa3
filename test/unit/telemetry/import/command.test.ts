import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runHere } from "../../../support/telemetry/runHere";
import { spacePacket } from "../packets/dictionaryOf";
import { apid7, container, entries, integer, parameter, xtce } from "./xtceOf";

describe("import", () => {
  let folder = "";
  const file = (name: string, text: string | Buffer): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  const good = (more = ""): string =>
    xtce({
      types: integer("U8", 8) + more,
      parameters: parameter("TEMP", "U8") + (more && parameter("ODD", "ODD")),
      containers: container("HK", entries("TEMP", ...(more ? ["ODD"] : [])), apid7),
    });
  const odd =
    '<IntegerParameterType name="ODD"><IntegerDataEncoding sizeInBits="8" encoding="BCD"/></IntegerParameterType>';

  before(() => (folder = mkdtempSync(join(tmpdir(), "perigee-import-"))));
  after(() => rmSync(folder, { recursive: true }));

  it("says the first ten thousand of very many findings, and how many more there are", async () => {
    const rows = Array.from({ length: 10_050 }, (_, i) => `f${i},odd,8`).join("\n");
    const csv = file("many.csv", `name,data_type,bit_length\ngood,uint,8\n${rows}\n`);
    const { status, stderr } = await runHere("import", "csv", csv, "--apid", "7");
    assert.equal(status, 1);
    const lines = stderr.trimEnd().split("\n");
    assert.equal(lines.length, 10_002);
    assert.match(lines.at(-2) ?? "", /^and \d+ more findings$/);
  }).timeout(20_000);

  it("writes a dictionary with which decode and check-dictionary work, and ends with 0", async () => {
    const [output, packets] = [join(folder, "out.yaml"), file("packets.bin", spacePacket("2a", { apid: 7 }))];
    const { status, stdout, stderr } = await runHere("import", "xtce", file("a.xml", good()), "-o", output);
    assert.deepEqual({ status, stdout }, { status: 0, stdout: "" });
    assert.match(stderr, /a\.xml: 1 fields in 1 packets; everything was carried over\n$/);
    assert.equal((await runHere("check-dictionary", output)).status, 0);
    const decoded = await runHere("decode", packets, "--dictionary", output, "--format", "json");
    assert.match(decoded.stdout, /"values":\{"hk\.temp":42\}/);
  });

  it("prints it without -o, names each thing that is left out with file and line, and ends with 1", async () => {
    const path = file("odd.xml", good(odd));
    const { status, stdout, stderr } = await runHere("import", "xtce", path);
    assert.equal(status, 1);
    assert.match(stdout, /^name: Test\n/);
    assert.match(stderr, /odd\.xml:\d+: not carried over: Parameter ODD: integers encoded as BCD\n/);
    assert.match(stderr, /1 could not be carried over, see above\n$/);
  });

  it("reads a file in the encoding that it declares, or that its first bytes say", async () => {
    const unit = integer("ODD", 8).replace("/></", "/><UnitSet><Unit>°C</Unit></UnitSet></");
    const text = good(unit);
    const declared = text.replace('version="1.0"', 'version="1.0" encoding="ISO-8859-1"');
    for (const bytes of [
      Buffer.from(text),
      Buffer.from(declared, "latin1"),
      Buffer.from(`\ufeff${text}`, "utf16le"),
    ]) {
      const { status, stdout, stderr } = await runHere("import", "xtce", file("encoded.xml", bytes));
      assert.equal(status, 0, stderr);
      assert.match(stdout, /unit: degC/);
    }
    const unknown = file("unknown.xml", text.replace('version="1.0"', 'version="1.0" encoding="EBCDIC-X"'));
    const { status, stderr } = await runHere("import", "xtce", unknown);
    assert.equal(status, 2);
    assert.match(stderr, /unknown\.xml is written in EBCDIC-X, which is not known/);
  });

  it("names a constant that is not said as NAME=VALUE", async () => {
    const { status, stderr } = await runHere("import", "cosmos", file("c.txt", ""), "--constants", "A=1,B");
    assert.equal(status, 2);
    assert.match(stderr, /--constants .*must be NAME=VALUE/);
  });

  it("gives all packets a time code, a check and a period where it is told to", async () => {
    const path = file("csv.csv", "name,data_type,bit_length\nSECONDS,uint,32\n");
    const time = '{ code: fields, epoch: "2000-01-01T00:00:00Z", fields: [{ is: seconds, bits: 32 }] }';
    const { status, stdout } = await runHere(
      "import",
      "csv",
      path,
      "--apid",
      "5",
      "--time",
      time,
      "--checksum",
      "crc16",
      "--period",
      "4",
    );
    assert.equal(status, 0);
    assert.match(stdout, /checksum: crc16\n/);
    assert.match(stdout, /apid: 5\n\s+name: csv\n/);
    assert.match(stdout, /period: 4\n/);
    assert.match(stdout, /code: fields\n/);
  });

  it("takes a definition in several files, and names the one of each finding", async () => {
    const types = `<SpaceSystem name="dt"><TelemetryMetaData><ParameterTypeSet>${integer("U8", 8)}</ParameterTypeSet></TelemetryMetaData></SpaceSystem>`;
    const packets = xtce({
      parameters: parameter("TEMP", "/dt/U8") + parameter("ODD", "/dt/NONE"),
      containers: container("HK", entries("TEMP", "ODD"), apid7),
    });
    const [one, other] = [file("dt.xml", types), file("tm.xml", packets)];
    const { status, stdout, stderr } = await runHere("import", "xtce", one, other);
    assert.equal(status, 1);
    assert.match(stdout, /name: temp\n/);
    assert.match(
      stderr,
      /tm\.xml:\d+: not carried over: Parameter ODD: its type \/dt\/NONE is in none of the files/,
    );
  });

  it("takes what a template of COSMOS renders from the same folder", async () => {
    file(
      "_header.txt",
      " APPEND_ITEM W 5 UINT\n APPEND_ID_ITEM APID 11 UINT <%= apid %>\n APPEND_ITEM R 32 UINT\n",
    );
    const text =
      'TELEMETRY SAT HK BIG_ENDIAN "x"\n<%= render "_header.txt", locals: {apid: 9} %>\nAPPEND_ITEM A 8 UINT\n';
    const { status, stdout } = await runHere("import", "cosmos", file("tlm.txt", text));
    assert.equal(status, 0);
    assert.match(stdout, /apid: 9\n/);
  });

  it("gives packets each of the APIDs that it is told", async () => {
    const path = file("two.csv", "name,data_type,bit_length\nA,uint,8\n");
    const { status, stdout } = await runHere("import", "csv", path, "--apid", "5,6");
    assert.equal(status, 0);
    assert.match(stdout, /apid: 5\n\s+name: two_5\n[^]*apid: 6\n\s+name: two_6\n/);
  });

  for (const [what, args, expected] of [
    ["several files in CSV", ["import", "csv", "a.csv", "b.csv"], /import csv has one FILE/],
    ["a wrong format", ["import", "xls", "a.xls"], /the format is one of xtce, cosmos, csv, not xls/],
    ["no file", ["import", "xtce"], /name the FILE/],
    ["a file that is not there", ["import", "xtce", "/nowhere"], /cannot read \/nowhere/],
    ["a time that is none", ["import", "csv", "x.csv", "--time", "noon"], /--time: noon is no time code/],
    ["an APID that is none", ["import", "csv", "x.csv", "--apid", "4000"], /--apid/],
  ] as const) {
    it(`ends with 2 for ${what}`, async () => {
      const { status, stderr } = await runHere(...args);
      assert.equal(status, 2);
      assert.match(stderr, expected);
    });
  }

  it("ends with 2, and writes nothing, where nothing of the file can be used", async () => {
    const output = join(folder, "never.yaml");
    const { status, stderr } = await runHere("import", "xtce", file("b.xml", "<Other/>"), "--output", output);
    assert.equal(status, 2);
    assert.match(stderr, /b\.xml is no XTCE: its root is Other/);
    assert.ok(!existsSync(output));
  });

  it("does not touch a file that it is not to write", async () => {
    const path = file("keep.xml", good());
    await runHere("import", "xtce", path);
    assert.equal(readFileSync(path, "utf8"), good());
  });
});
