import assert from "node:assert/strict";
import { LinkError, parseLinks } from "../../../../telemetry/links";

/** What is wrong with a setting. */
function problems(text: string): string {
  try {
    parseLinks(text);
  } catch (error) {
    assert.ok(error instanceof LinkError, String(error));
    return error.message;
  }
  return "";
}

describe("the links setting", () => {
  it("takes URLs with spaces or line breaks between, each with its options", () => {
    const links = parseLinks(`
      udp://0.0.0.0:10016
      tcp-server://[::1]:10017?recordHeaderBytes=4&recordLengthAt=2&segments=join
      tcp://station.example:3000?framing=tm&frameBytes=1115&parityBytes=160&randomised=yes&vcids=0,1
    `);
    assert.deepEqual(
      links.map(({ name, kind, host, port }) => [name, kind, host, port]),
      [
        ["udp://0.0.0.0:10016", "udp", "0.0.0.0", 10_016],
        ["tcp-server://[::1]:10017", "tcp-server", "::1", 10_017],
        ["tcp://station.example:3000", "tcp", "station.example", 3000],
      ],
    );
    assert.deepEqual(links[1]?.options, {
      content: { framing: "packets", record: { bytes: 4, length: { at: 2, bytes: 2, plus: 0 } } },
      joinsSegments: true,
    });
    assert.deepEqual(links[2]?.options.content, {
      framing: "tm",
      frameBytes: 1115,
      marker: Buffer.from("1acffc1d", "hex"),
      parityBytes: 160,
      randomised: true,
      fecf: true,
      scid: undefined,
      vcids: [0, 1],
      headerErrorControl: false,
      insertZoneBytes: 0,
      ocf: false,
    });
  });

  it("is empty without a URL", () => {
    assert.deepEqual(parseLinks(" "), []);
  });

  for (const [given, said] of [
    [
      "http://a:1",
      /http:\/\/a:1: must be udp:\/\/ADDRESS:PORT, tcp-server:\/\/ADDRESS:PORT or tcp:\/\/HOST:PORT/,
    ],
    ["tcp://a", /the port is missing/],
    ["tcp://a:99999", /must be udp/],
    ["tcp://a:1/path", /\/path: a link has no path/],
    ["tcp://me:secret@a:1", /a link has no user/],
    ["tcp://a:1?framing=uslp", /framing=uslp: must be packets, tm or aos/],
    ["tcp://a:1?framing=tm", /frameBytes: missing/],
    ["tcp://a:1?framing=tm&frameBytes=5", /frameBytes=5: must be from 16 to 2048/],
    ["tcp://a:1?framing=tm&frameBytes=9e9", /frameBytes=9e9: must be a whole number from 16 to 2048/],
    ["tcp://a:1?frameByts=5", /frameByts: no such option; allowed: framing, segments, recordHeaderBytes/],
    ["tcp://a:1?framing=tm&frameBytes=100&randomised=true", /randomised=true: must be yes or no/],
    ["tcp://a:1?framing=tm&frameBytes=100&marker=1ACF4", /marker=1ACF4: must be 2 to 8 bytes in hexadecimal/],
    ["tcp://a:1?framing=tm&frameBytes=100&marker=none", /marker=none: only where messages keep frames apart/],
    ["tcp://a:1?framing=tm&frameBytes=100&fecf=no", /fecf=no: needs scid/],
    ["tcp://a:1?framing=tm&frameBytes=100&ocf=yes", /ocf: only with framing=aos/],
    ["tcp://a:1?framing=tm&frameBytes=100&vcids=0,8", /vcids: 8 must be from 0 to 7/],
    ["tcp://a:1?framing=aos&frameBytes=100&scid=300", /scid=300: must be from 0 to 255 for AOS/],
    ["tcp://a:1?framing=aos&frameBytes=100&insertZoneBytes=95", /frameBytes=100: must be above 105/],
    ["tcp://a:1?recordLengthPlus=5", /recordLengthPlus: needs recordLengthAt/],
    [
      "tcp://a:1?recordHeaderBytes=4&recordLengthAt=3",
      /recordLengthAt=3: the length field of 2 bytes must be within/,
    ],
    ["tcp://a:1?segments=join&segments=join", /segments: given more than once/],
    ["tcp://a:1 tcp://a:1?segments=join", /tcp:\/\/a:1: given more than once/],
  ] as const) {
    it(`refuses ${given}`, () => assert.match(problems(given), said));
  }

  it("tells all problems of all links at once", () => {
    const said = problems("tcp://a?framing=tm&randomised=maybe udp://b:1?x=1");
    for (const each of ["port is missing", "frameBytes: missing", "randomised=maybe", "x: no such option"]) {
      assert.ok(said.includes(each), `${each} in ${said}`);
    }
  });
});
