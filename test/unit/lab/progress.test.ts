import assert from "node:assert/strict";
import { formatSeconds, progressLine, withHeartbeat } from "../../../lab/progress";

describe("progress lines", () => {
  it("say which, how many of how many, and the time so far", () => {
    assert.equal(
      progressLine(3, 12, "etcd-3.6.8", "building", 64_000),
      "[ 3/12] etcd-3.6.8: building (1 min 4 s so far)",
    );
    assert.equal(progressLine(1, 1, "crane", "already built", 0), "[1/1] crane: already built (0 s so far)");
  });

  it("round to seconds without ever saying 60 s", () => {
    assert.equal(formatSeconds(499), "0 s");
    assert.equal(formatSeconds(59_400), "59 s");
    assert.equal(formatSeconds(59_600), "1 min 0 s");
    assert.equal(formatSeconds(3_600_000), "60 min 0 s");
  });

  it("go on while something long runs, and stop with it", async () => {
    let beats = 0;
    const result = await withHeartbeat(
      () => beats++,
      () => new Promise<string>((resolve) => setTimeout(() => resolve("done"), 40)),
      10,
    );
    assert.equal(result, "done");
    assert.ok(beats >= 1);
    const after = beats;
    await new Promise((resolve) => setTimeout(resolve, 30));
    assert.equal(beats, after);
  });
});
