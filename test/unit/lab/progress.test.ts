import assert from "node:assert/strict";
import { formatSeconds, progressLine, withHeartbeat, Work } from "../../../lab/progress";

describe("progress lines", () => {
  it("say which, and how many of how many", () => {
    assert.equal(progressLine(3, 12, "etcd-3.6.8", "building"), "[ 3/12] etcd-3.6.8: building");
    assert.equal(progressLine(1, 1, "crane", "building"), "[1/1] crane: building");
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

describe("the time that is left", () => {
  const minute = 60_000;

  it("is what the pieces took elsewhere, until one is finished here", () => {
    let clock = 0;
    const work = new Work([240, 120, 60], () => clock);
    assert.equal(work.said(), "0 s so far, about 7 min left");
    clock = minute;
    assert.equal(work.said(), "1 min 0 s so far, about 6 min left");
  });

  it("is then in proportion to how long the finished pieces took here", () => {
    let clock = 0;
    const work = new Work([240, 120, 60], () => clock);
    clock = 8 * minute;
    work.done(240);
    assert.equal(work.said(), "8 min 0 s so far, about 6 min left");
    clock = 12 * minute;
    work.done(120);
    assert.equal(work.said(), "12 min 0 s so far, about 2 min left");
  });

  it("leaves out pieces that came from elsewhere, which say nothing about this machine", () => {
    let clock = 0;
    const work = new Work([240, 120, 60], () => clock);
    clock = 5000;
    work.spared(240);
    assert.equal(work.said(), "5 s so far, about 3 min left");
    clock += 4 * minute;
    work.done(120);
    assert.equal(work.said(), "4 min 5 s so far, about 2 min left");
  });

  it("is never negative when the last piece takes longer than thought", () => {
    let clock = 0;
    const work = new Work([10], () => clock);
    clock = 10 * minute;
    assert.equal(work.said(), "10 min 0 s so far, less than a minute left");
  });
});
