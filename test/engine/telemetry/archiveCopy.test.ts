import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { archivedPackets } from "../../../telemetry/archive";
import { onPath } from "../../support/infra/tools";
import { OwnS3 } from "../../support/lab/s3";
import { historyDictionaryText, HistoryModel } from "../../support/telemetry/historyModel";
import { serveAtHome, TelemetryProcess } from "./exporterProcess";

/** Packets by UDP to a real exporter, and back from the objects that it wrote. */
describe("the packet archive in an object store, from packets to packets", function () {
  this.timeout(60_000);
  let folder = "";
  let s3: OwnS3;
  let exporter: TelemetryProcess | undefined;
  const socket = createSocket("udp4");

  before(async function () {
    if (!onPath("openssl")) this.skip();
    folder = mkdtempSync(join(tmpdir(), "perigee-archive-copy-"));
    s3 = await OwnS3.start();
  });
  after(async () => {
    socket.close();
    await exporter?.stop();
    await s3?.stop();
    if (folder !== "") rmSync(folder, { recursive: true });
  });

  /** Option of Node by which the store's own name leads to this machine, so that its certificate is verified. */
  function atHome(): string {
    const program = `import dns from "node:dns"; const { lookup } = dns;
      dns.lookup = (host, ...rest) => lookup(host === ${JSON.stringify(s3.host)} ? "127.0.0.1" : host, ...rest);`;
    return `--import=data:text/javascript,${encodeURIComponent(program)}`;
  }

  it("has every packet when the exporter has ended, also of files that still grew, and no key in its log", async () => {
    const [dictionary, store] = [join(folder, "dictionary.yaml"), join(folder, "store.json")];
    writeFileSync(dictionary, historyDictionaryText);
    const { accessKeyId, secretAccessKey, token: sessionToken } = s3.credentials;
    writeFileSync(
      store,
      JSON.stringify({
        url: `https://${s3.host}:${s3.port("https")}/ground/archive`,
        ...{ region: s3.region, accessKeyId, secretAccessKey, sessionToken },
        certificateAuthority: readFileSync(s3.authorityFile, "utf8"),
      }),
    );
    exporter = TelemetryProcess.startWith(
      { NODE_OPTIONS: atHome() },
      ...serveAtHome(),
      ...["--dictionary", dictionary, "--archive", join(folder, "archive"), "--archive-copy", store],
    );
    const { http, udp } = await exporter.said("serving");
    const model = new HistoryModel();
    const packets = Array.from({ length: 200 }, (_, n) =>
      model.packet({ apid: n % 2 ? 10 : 11, time: Date.now() / 1000, n: n % 100 }),
    );
    for (const packet of packets) {
      socket.send(packet, Number(udp), "127.0.0.1");
      if (packets.indexOf(packet) % 20 === 0) await pause(10);
    }
    const written = async (): Promise<boolean> =>
      /^perigee_telemetry_archive_packets_total 200$/m.test(
        await (await fetch(`http://127.0.0.1:${String(http)}/metrics`)).text(),
      );
    for (let tries = 0; tries < 100 && !(await written()); tries++) await pause(100);
    await exporter.stop();

    const objects = [...(await s3.objects())];
    assert.equal(objects.length, 2, [...objects.map(([key]) => key), ...exporter.log].join("\n"));
    const back = join(folder, "back");
    for (const [key, content] of objects) {
      assert.match(key, /^ground\/archive\/perigee-1\/\d{4}-\d\d-\d\d\/apid-001[01]-\d{9}\.packets$/);
      mkdirSync(dirname(join(back, key)), { recursive: true });
      writeFileSync(join(back, key), content);
    }
    const found = Array.from(archivedPackets(join(back, "ground/archive")), ({ packet }) =>
      packet.toString("hex"),
    );
    assert.deepEqual(found.toSorted(), packets.map((packet) => packet.toString("hex")).toSorted());
    for (const secret of [secretAccessKey, sessionToken]) assert.ok(!exporter.log.join("").includes(secret));
  });
});
