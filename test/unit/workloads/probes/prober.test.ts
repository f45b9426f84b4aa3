import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer as createHttpServer, type Server } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../../../lab/processes";
import { parseSettings } from "../../../../workloads/config";
import { probeRules } from "../../../../workloads/probes/alerts";
import type { ProbeSettings } from "../../../../workloads/probes/settings";
import { metricsOf } from "../../../support/promql";
import { Prober } from "../../../support/workloads/prober";

/** Answers with the status that its path names, a redirect to 200. */
const answer: Parameters<typeof createHttpServer>[1] = (request, response) => {
  const status = Number(/\d{3}/.exec(request.url ?? "")?.[0] ?? 200);
  response.writeHead(status, status < 400 && status >= 300 ? { location: "/200" } : {}).end();
};

/** Answers every question with 192.0.2.1, one for `nothing` with no record. */
function nameServer(): Socket {
  const socket = createSocket("udp4");
  socket.on("message", (question, { address, port }) => {
    const isKnown = !question.includes("nothing");
    const head = Buffer.from(question.subarray(0, 12));
    head.writeUInt16BE(0x8180, 2);
    head.writeUInt16BE(isKnown ? 1 : 0, 6);
    head.writeUInt16BE(0, 10);
    const asked = question.subarray(12, question.indexOf(0, 12) + 5);
    const record = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 1]);
    socket.send(Buffer.concat([head, asked, ...(isKnown ? [record] : [])]), port, address);
  });
  return socket;
}

describe("probes, as the real prober takes them", function () {
  this.timeout(60_000);
  const folder = mkdtempSync(join(tmpdir(), "perigee-probes-"));
  const servers: Server[] = [];
  const names = nameServer();
  let prober: Prober | undefined;
  let probes: readonly ProbeSettings[];

  before(async () => {
    const args =
      "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj /CN=localhost";
    const files = ["-keyout", join(folder, "key"), "-out", join(folder, "crt")];
    execFileSync("openssl", [...args.split(" "), "-addext", "subjectAltName=IP:127.0.0.1", ...files], {
      stdio: "ignore",
    });
    const [key, cert] = ["key", "crt"].map((file) => readFileSync(join(folder, file), "utf8"));
    servers.push(createHttpServer(answer), createHttpsServer({ key, cert }, answer));
    for (const server of servers) await once(server.listen(0, "127.0.0.1"), "listening");
    names.bind(0, "127.0.0.1");
    await once(names, "listening");
    const [plain, secured] = servers.map((server) => `127.0.0.1:${(server.address() as AddressInfo).port}`);
    const nobody = `127.0.0.1:${await freePort()}`;
    const authority = { certificateAuthority: cert };
    ({ probes } = parseSettings({
      probes: [
        { name: "http", url: `http://${plain}/200` },
        { name: "http-moved", url: `http://${plain}/302` },
        { name: "http-error", url: `http://${plain}/503` },
        { name: "http-refused", url: `http://${plain}/404` },
        { name: "http-nobody", url: `http://${nobody}/` },
        { name: "expected", url: `http://${plain}/401`, expect: [200, 401] },
        { name: "expected-moved", url: `http://${plain}/302`, expect: [302] },
        { name: "expected-other", url: `http://${plain}/200`, expect: [302] },
        { name: "https", url: `https://${secured}/`, ...authority },
        { name: "https-unknown", url: `https://${secured}/` },
        { name: "tcp", url: `tcp://${plain}` },
        { name: "tcp-nobody", url: `tcp://${nobody}` },
        { name: "tls", url: `tls://${secured}`, ...authority },
        { name: "tls-unknown", url: `tls://${secured}` },
        { name: "dns", url: `dns://127.0.0.1:${names.address().port}/shop.example` },
        { name: "dns-nothing", url: `dns://127.0.0.1:${names.address().port}/nothing.example?type=AAAA` },
      ],
    }));
    prober = await Prober.start(probes);
  });

  after(async () => {
    await prober?.stop();
    for (const server of servers) server.close();
    names.close();
    rmSync(folder, { recursive: true });
  });

  const ask = (name: string) =>
    prober?.ask(probes.find((each) => each.name === name) ?? assert.fail(name)) ?? assert.fail();

  for (const name of ["http", "http-moved", "expected", "expected-moved", "https", "tcp", "tls", "dns"]) {
    it(`${name}: is right`, async () => {
      assert.equal((await ask(name))["probe_success"], 1);
    });
  }

  const wrong = ["http-error", "http-refused", "http-nobody", "expected-other", "https-unknown"];
  for (const name of [...wrong, "tcp-nobody", "tls-unknown", "dns-nothing"]) {
    it(`${name}: is not`, async () => {
      assert.equal((await ask(name))["probe_success"], 0);
    });
  }

  it("say the status of the answer, and 0 where none came", async () => {
    const status = async (name: string) => (await ask(name))["probe_http_status_code"];
    assert.deepEqual(
      [await status("http-error"), await status("http-refused"), await status("http-nobody")],
      [503, 404, 0],
    );
    assert.equal(await status("expected-moved"), 302);
  });

  it("say when the certificate ends", async () => {
    for (const name of ["https", "tls"]) {
      const { probe_ssl_earliest_cert_expiry: end = 0 } = await ask(name);
      const days = (end - Date.now() / 1000) / 86_400;
      assert.ok(days > 29 && days <= 30, `${days}`);
    }
  });

  it("have every series that their alerts ask for", async () => {
    for (const probe of probes.filter(({ name }) => !name.includes("-"))) {
      const series = Object.keys((await prober?.ask(probe)) ?? {});
      const asked = probeRules([probe], undefined).groups.flatMap(({ rules }) => rules);
      for (const { expr } of asked) {
        for (const metric of metricsOf(expr)) assert.ok(series.includes(metric), `${probe.name}: ${metric}`);
      }
    }
  });
});
