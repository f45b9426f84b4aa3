import assert from "node:assert/strict";
import { createServer } from "node:net";
import { loadDictionary } from "../../../telemetry/dictionary";
import { type Exporter, startExporter } from "../../../telemetry/exporter";

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

const started = (pagePort: number | undefined): Promise<Exporter> =>
  startExporter({
    ...{
      dictionary: loadDictionary(),
      spacecraft: "perigee-1",
      staleAfterPeriods: 5,
      version: "0",
      log: silent,
    },
    ...{ httpPort: 0, httpHost: "127.0.0.1", pagePort, udpPort: 0, udpHost: "127.0.0.1" },
  });
const status = async (port: number | undefined, path: string): Promise<number> =>
  (await fetch(`http://127.0.0.1:${port}${path}`)).status;

describe("a port of the page's own", () => {
  it("has the page, what it asks for and the probes, and no metrics, which the other port has too", async () => {
    const exporter = await started(0);
    try {
      const { httpPort, pagePort } = exporter;
      assert.notEqual(pagePort, httpPort);
      for (const path of ["/", "/state.json", "/recent.json", "/healthz", "/readyz"]) {
        assert.deepEqual([await status(pagePort, path), await status(httpPort, path)], [200, 200], path);
      }
      assert.deepEqual([await status(pagePort, "/metrics"), await status(httpPort, "/metrics")], [404, 200]);
      const said = await (await fetch(`http://127.0.0.1:${pagePort}/metrics`)).text();
      assert.equal(said, "not found; there are /, /state.json, /recent.json, /healthz and /readyz\n");
    } finally {
      await exporter.stop();
    }
  });

  it("is not there unless asked for", async () => {
    const exporter = await started(undefined);
    assert.equal(exporter.pagePort, undefined);
    await exporter.stop();
  });

  it("that is taken keeps the exporter from starting, and nothing stays open", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => other.once("listening", resolve));
    const { port } = other.address() as { port: number };
    await assert.rejects(started(port), /EADDRINUSE/);
    await new Promise((resolve) => other.close(resolve));
    // The same port is free for the next one.
    const exporter = await started(port);
    assert.equal(exporter.pagePort, port);
    await exporter.stop();
  });
});
