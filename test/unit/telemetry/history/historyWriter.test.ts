import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { HistoryWriter } from "../../../../telemetry/history";
import { blockSamples } from "../../../../telemetry/history/sampleQueue";
import { jsonLog } from "../../../../telemetry/log";
import { HistoryModel } from "../../../support/telemetry/historyModel";

/** An HTTP server that answers remote write as it is told. */
class FakeReceiver {
  status = 204;
  text = "";
  readonly requests: IncomingHttpHeaders[] = [];
  private readonly server = createServer((request, response) => {
    request.resume().on("end", () => {
      this.requests.push(request.headers);
      response.writeHead(this.status).end(this.text);
    });
  });

  async listen(): Promise<string> {
    await once(this.server.listen(0, "127.0.0.1"), "listening");
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}/api/v1/write`;
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}

describe("the writer of the history", function () {
  this.timeout(20_000);
  const { dictionary } = new HistoryModel();
  const [housekeeping] = dictionary.packets;
  assert.ok(housekeeping);
  const now = 1_800_000_000;
  const values = new Float64Array(dictionary.slots).fill(1);
  for (const { index, array } of dictionary.parameters) if (array) values[index] = array.most;
  /** Samples of a packet of housekeeping. */
  const each = 6;
  const receiver = new FakeReceiver();
  let address = "";
  let log: Record<string, unknown>[] = [];
  before(async () => (address = await receiver.listen()));
  after(() => receiver.close());
  beforeEach(() => {
    log = [];
    receiver.requests.length = 0;
    Object.assign(receiver, { status: 204, text: "" });
  });

  const writer = (mostQueued = 100_000, url = `http://${address}`): HistoryWriter =>
    new HistoryWriter({
      ...{ dictionary, spacecraft: ["orbiter"], address: url, mostQueued },
      mostAgeSeconds: 86_400,
      log: jsonLog((line) => log.push(JSON.parse(line) as Record<string, unknown>)),
      clock: () => now,
    });
  const take = (to: HistoryWriter, packets: number, from = now - 7_200): void => {
    for (let i = 0; i < packets; i++) {
      to.of("orbiter").take({ packet: housekeeping }, from + i / 1000, values);
    }
  };
  const until = async (holds: () => boolean): Promise<void> => {
    for (let tries = 0; !holds(); tries++) {
      if (tries > 400) throw new Error("it did not come about");
      await pause(20);
    }
  };

  it("sends what the receiver must know, a full request at once and the rest within a second", async () => {
    const history = writer();
    take(history, blockSamples / each + 1);
    await until(() => history.written === blockSamples);
    assert.deepEqual(
      ["content-encoding", "content-type", "x-prometheus-remote-write-version"].map(
        (name) => receiver.requests[0]?.[name],
      ),
      ["snappy", "application/x-protobuf", "0.1.0"],
    );
    await until(() => history.queued === 0);
    assert.deepEqual([history.lastWritten, history.failedRequests], [now, 0]);
    await history.close(1);
  });

  it("sends a name and password of its address as a header", async () => {
    const history = writer(100_000, `http://ground:s%20ecret@${address}`);
    take(history, 1);
    await history.close(5);
    assert.equal(
      receiver.requests[0]?.authorization,
      `Basic ${Buffer.from("ground:s ecret").toString("base64")}`,
    );
  });

  it("counts what has no place in the history, and says the first of each reason", async () => {
    const history = writer();
    take(history, 3, NaN);
    take(history, 2, now - 86_401);
    take(history, 1, now + 301);
    take(history, 1, now + 299);
    await history.close(5);
    const { no_time, too_old, future } = history.drops.counts;
    assert.deepEqual([no_time, too_old, future, history.written], [3 * each, 2 * each, each, each]);
    assert.deepEqual(
      log.map(({ reason, packet }) => [reason, packet]),
      ["no_time", "too_old", "future"].map((reason) => [reason, "housekeeping"]),
    );
  });

  it("keeps what it may while the receiver fails, counts the rest, whole packets, and goes on in order", async () => {
    Object.assign(receiver, { status: 404, text: "remote write receiver needs to be enabled" });
    const most = 10_000;
    const history = writer(most);
    take(history, 2_000);
    const fitting = Math.floor(most / each);
    await until(() => history.failedRequests > 1);
    assert.equal(history.queued, fitting * each);
    assert.equal(history.drops.counts.queue_full, (2_000 - fitting) * each);
    receiver.status = 204;
    await until(() => history.queued === 0);
    assert.equal(history.written, fitting * each);
    assert.deepEqual(
      log.map(({ message }) => message),
      [
        "samples are not in the history; further ones are only counted",
        "the history cannot be written; it is tried again",
        "the history is written again",
      ],
    );
    assert.match(String(log[1]?.["reason"]), /^404 remote write receiver needs/);
    await history.close(1);
  });

  it("ends in time when the receiver does not answer, and counts what is lost", async () => {
    const history = writer(100_000, "http://127.0.0.1:9/api/v1/write");
    take(history, 1_000);
    const started = performance.now();
    await history.close(0.3);
    assert.ok(performance.now() - started < 3_000);
    assert.deepEqual([history.drops.counts.stopped, history.queued], [1_000 * each, 0]);
  });

  it("accounts for every sample when the receiver refuses some reason that nobody knows", async () => {
    Object.assign(receiver, { status: 400, text: "label value too long" });
    const history = writer();
    take(history, 4);
    await history.close(5);
    assert.equal(history.drops.counts.refused, 4 * each);
    assert.match(JSON.stringify(log), /400 label value too long/);
  });
});
