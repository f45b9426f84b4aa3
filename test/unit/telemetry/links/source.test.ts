import assert from "node:assert/strict";
import { parseSource } from "../../../../telemetry/links";
import { source } from "../../../support/telemetry/streams";

describe("a source", () => {
  it("has its link's name without settings and password", () => {
    const { name, user, password, topic, port } = source(
      "mqtt://me:se%40cret@broker/ground/raw?segments=join",
    );
    assert.deepEqual(
      [name, user, password, topic, port],
      ["mqtt://broker:1883/ground/raw", "me", "se@cret", "ground/raw", 1883],
    );
    assert.equal(source("tcp-server://[::1]:7?framing=packets").name, "tcp-server://[::1]:7");
    assert.equal(source("udp://[::1]:7").host, "::1");
  });

  for (const [url, message] of [
    ["10015", /must be KIND:\/\/HOST:PORT/],
    ["http://a:1", /must start with one of udp:\/\/, tcp-server:\/\//],
    ["tcp://a", /must name a host and a port/],
    ["tcp://a:70000", /at most 65535/],
    ["tcp://a:1/x", /nothing behind the port but \?settings/],
    ["mqtt://a", /must name a topic/],
    ["mqtt://me:secret@a/t?framing=x", /^(?!.*secret).*framing: must be packets, tm or aos/],
    ["mqtt://me:se/cret@a:b/t", /^(?!.*cret)/],
    ["mqtt://me:100%@a/t", /^(?!.*100).*must have %25/],
    ["mqtt://a/%", /must have %25/],
    ["tcp://a:1?framing=tm", /frameBytes: is missing/],
    ["tcp://a:1?framing=tm&frameBytes=9999999", /frameBytes: must be a whole number, 16 to 65535/],
    ["tcp://a:1?framing=tm&frameBytes=100&marker=none", /a stream of frames needs one/],
    ["tcp://a:1?framing=tm&frameBytes=100&marker=xyz", /marker: must be none, or 2 to 8 bytes/],
    ["tcp://a:1?framing=aos&frameBytes=100&fecf=maybe", /fecf: must be true or false/],
    [
      "tcp://a:1?headerBytes=x&segments=x",
      /segments: must be refuse or join; .*headerBytes: must be a whole number, 0 to 1024/,
    ],
    ["tcp://a:1?frameBytes=100", /frameBytes: is no such setting; allowed: framing, segments/],
    ["tcp://a:1?framing=tm&frameBytes=8", /frameBytes: must be a whole number, 16 to 65535/],
    ["tcp://a:1?framing=aos&frameBytes=100&insertBytes=95", /frameBytes: must be above 105/],
    ["tcp://a:1?framing=tm&frameBytes=100&ocf=true", /ocf: is no such setting/],
    ["tcp://a:1?framing=tm&frameBytes=100&virtualChannels=0,8", /virtualChannels: 8 is above 7/],
    [
      "tcp://a:1?framing=aos&frameBytes=100&spacecraftId=1024",
      /spacecraftId: must be a whole number, 0 to 1023/,
    ],
    ["tcp://a:1?lengthPlus=5", /lengthPlus: needs lengthAt/],
    ["tcp://a:1?headerBytes=4&lengthAt=3", /lengthAt: 3 with 2 bytes is not within headerBytes, 4/],
    ["tcp://a:1?segments=join&segments=join", /segments: is there twice/],
  ] as const) {
    it(`is refused with what is wrong: ${url}`, () => {
      const parsed = parseSource(url);
      assert.ok("problems" in parsed);
      assert.match(parsed.problems.join("; "), message);
    });
  }
});
