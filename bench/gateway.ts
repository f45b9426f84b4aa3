/**
 * What the gateway adds to a request, on loopback: a page asked directly, through the gateway without a login, with a
 * generated password and with one that a person chose, over a kept connection, in turns. Prints a Markdown table.
 */
import { Agent as HttpAgent, get as getHttp, type RequestOptions } from "node:http";
import { Agent as HttpsAgent, get as getHttps } from "node:https";
import { OwnGateway, passwordOf } from "../test/support/workloads/gateway";
import { madeAuthority } from "../test/support/workloads/gatewayAuthority";
import { markdown } from "./lab/circumstances";
import { readProcess } from "./lab/processSample";
import { quantile } from "./telemetry/dictionaries";

const rounds = 4;
const perRound = 500;
/** Rounds of bcrypt, as a power of two: see workloads/access/gateway/logins.ts. */
const costs = { generated: 4, chosen: 8 } as const;

type Ask = () => Promise<number>;

/** Milliseconds from the request to the end of its answer. */
function timed(get: typeof getHttp, url: string, options: RequestOptions): Ask {
  return () =>
    new Promise((resolve, reject) => {
      const start = performance.now();
      get(url, options, (answer) => {
        if (answer.statusCode !== 200) reject(new Error(`${url}: ${answer.statusCode}`));
        answer.resume().on("end", () => resolve(performance.now() - start));
      }).on("error", reject);
    });
}

async function main(): Promise<void> {
  const authority = madeAuthority();
  const [generated, chosen] = [
    await OwnGateway.start(authority, costs.generated),
    await OwnGateway.start(authority, costs.chosen),
  ];
  const agent = new HttpsAgent({ keepAlive: true, maxSockets: 1, ca: authority.certificate });
  const through = ({ https }: OwnGateway, path: string, auth?: string): Ask =>
    timed(getHttps, `https://127.0.0.1:${https}${path}`, { agent, ...(auth !== undefined && { auth }) });
  const viewer = `viewer:${passwordOf("viewer")}`;
  const ways: Readonly<Record<string, Ask>> = {
    directly: timed(getHttp, generated.pageUrl, { agent: new HttpAgent({ keepAlive: true, maxSockets: 1 }) }),
    "through the gateway, no login": timed(getHttps, `https://127.0.0.1:${generated.https}/`, {
      agent,
      headers: { host: "open.example.org" },
    }),
    "a generated password": through(generated, "/telemetry/", viewer),
    "a chosen password": through(chosen, "/telemetry/", viewer),
  };
  const times = new Map(Object.keys(ways).map((way): [string, number[]] => [way, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [way, ask] of Object.entries(ways)) {
      for (let i = 0; i < perRound; i++) times.get(way)?.push(await ask());
    }
  }
  const [process] = readProcess(String(generated.pid));
  const rows = [...times].map(([way, all]) => [
    way,
    ...[0.5, 0.99].map(
      (q) =>
        `${quantile(
          all.toSorted((one, other) => one - other),
          q,
        ).toFixed(2)} ms`,
    ),
  ]);
  console.log(markdown([["", "p50", "p99"], ...rows]));
  console.log(`Traefik: ${Math.round((process?.residentKiB ?? 0) / 1024)} MiB resident`);
  agent.destroy();
  await Promise.all([generated.stop(), chosen.stop()]);
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
