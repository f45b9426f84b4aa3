import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../../../../lab/processes";
import { chart } from "../../../support/examples/app";
import { OwnGateway } from "../../../support/workloads/gateway";
import { madeAuthority } from "../../../support/workloads/gatewayAuthority";

interface Pod {
  readonly port: number;
  readonly process: ChildProcess;
}

async function pod(): Promise<Pod> {
  const port = await freePort();
  const env = { PATH: process.env["PATH"], PORT: String(port), DRAIN_SECONDS: "4" };
  const program = join(chart, "files/program/planner.js");
  const child = spawn(process.execPath, [program], { env, stdio: ["ignore", "pipe", "inherit"] });
  await once(child.stdout ?? child, "data");
  return { port, process: child };
}

/** A Service: a new connection goes to the pod of that moment, one that is open stays where it is. */
async function service(current: () => Pod): Promise<Server> {
  const server = createServer((client) => {
    const upstream = connect(current().port, "127.0.0.1");
    client.pipe(upstream).pipe(client);
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      one.on("error", () => other.destroy());
    }
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return server;
}

/** The released Traefik with Perigee's routes, on loopback. */
describe("examples/app behind a real gateway", function () {
  this.timeout(60_000);
  let [former, next]: Pod[] = [];
  let current: Pod;
  let front: Server;
  let gateway: OwnGateway;
  before(async () => {
    former = current = await pod();
    front = await service(() => current);
    const { port } = front.address() as AddressInfo;
    const led = (routes: string): string =>
      routes.replaceAll(/"url":"[^"]*"/g, `"url":"http://127.0.0.1:${port}"`);
    gateway = await OwnGateway.start(madeAuthority(), 4, led);
    while ((await status("/planner/").catch(() => 0)) !== 200) await sleep(200);
  });
  after(async () => {
    await gateway.stop();
    front.close();
    for (const each of [former, next]) each?.process.kill("SIGKILL");
  });
  const status = async (path: string): Promise<number> =>
    (await gateway.ask({ path, user: "viewer" })).status;

  it("answers below its path, to who has a login", async () => {
    const { body } = await gateway.ask({ path: "/planner/orbit?hours=6", user: "viewer" });
    assert.equal((JSON.parse(body) as { hours: number }).hours, 6);
    assert.equal(await status("/planner/orbit?hours=soon"), 400);
    assert.equal((await gateway.ask({ path: "/planner/orbit?hours=6" })).status, 401);
  });

  it("loses no request in a roll, on connections that the gateway keeps open", async () => {
    const statuses: number[] = [];
    let isOver = false;
    const client = async (): Promise<void> => {
      while (!isOver) statuses.push(await status("/planner/orbit?hours=1"));
    };
    const clients = [client(), client(), client()];
    next = await pod();
    const exit = once(former?.process ?? next.process, "exit");
    former?.process.kill("SIGTERM");
    await sleep(1000); // as long as nodes take to know
    current = next;
    assert.deepEqual(await exit, [0, null]);
    await sleep(500);
    isOver = true;
    await Promise.all(clients);
    assert.ok(statuses.length > 50, `${statuses.length} requests`);
    assert.deepEqual([...new Set(statuses)], [200]);
  });
});
