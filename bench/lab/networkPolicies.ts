/**
 * What a NetworkPolicy costs a connection, on a running lab (`make up`): HTTP requests between pods of two nodes, each by a
 * connection of its own, in turns without a policy, with one, and with a hundred that select the same pod. Prints a
 * Markdown table; removes what it made.
 */
import { apply, controlPlane, kubectl, worker } from "../../test/support/lab/lab";
import { defaultNodeImage } from "../../workloads/config";
import { quantile } from "../telemetry/dictionaries";
import { markdown } from "./circumstances";

const requests = 2_000;
const rounds = 4;
const port = 8080;
const labels = { test: "bench-policies" };

const server = `require("node:http").createServer((_, answer) => answer.end("ok")).listen(${port})`;
/** Prints the milliseconds of each request. */
const client = `
const http = require("node:http");
const one = () => new Promise((resolve, reject) => {
  const start = performance.now();
  http.get({ host: process.argv[1], port: ${port}, agent: false }, (answer) => {
    answer.resume().on("end", () => resolve(performance.now() - start));
  }).on("error", reject);
});
(async () => {
  const times = [];
  for (let i = 0; i < ${requests}; i++) times.push(await one());
  console.log(JSON.stringify(times));
})();`;

const pod = (name: string, nodeName: string, program: string): object => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, labels: { ...labels, app: name } },
  spec: {
    nodeName,
    tolerations: [{ operator: "Exists" }],
    terminationGracePeriodSeconds: 1,
    containers: [{ name, image: defaultNodeImage, command: ["node", "-e", program] }],
  },
});

const policy = (i: number): object => ({
  apiVersion: "networking.k8s.io/v1",
  kind: "NetworkPolicy",
  metadata: { name: `bench-${i}`, labels },
  spec: {
    podSelector: { matchLabels: { app: "bench-server" } },
    policyTypes: ["Ingress"],
    // The first one alone lets the client in.
    ingress: [
      { from: [{ podSelector: { matchLabels: { app: i === 0 ? "bench-client" : `nobody-${i}` } } }] },
    ],
  },
});

const ways = { "no policy": 0, "one policy": 1, "100 policies": 100 } as const;

async function measured(address: string, policies: number): Promise<number[]> {
  await kubectl("delete", "networkpolicy", "--selector", "test=bench-policies");
  if (policies > 0) await apply(...Array.from({ length: policies }, (_, i) => policy(i)));
  await new Promise((resolve) => setTimeout(resolve, 5_000)); // until every node has them
  return JSON.parse(await kubectl("exec", "bench-client", "--", "node", "-e", client, address)) as number[];
}

async function main(): Promise<void> {
  const times = new Map<string, number[]>(Object.keys(ways).map((name) => [name, []]));
  try {
    await apply(
      pod("bench-server", worker, server),
      pod("bench-client", controlPlane, "setInterval(() => {}, 1e6)"),
    );
    await kubectl(
      "wait",
      "pod",
      "--selector",
      "test=bench-policies",
      "--for=condition=Ready",
      "--timeout=60s",
    );
    const address = await kubectl("get", "pod", "bench-server", "-o", "jsonpath={.status.podIP}");
    for (let round = 0; round < rounds; round++) {
      for (const [name, policies] of Object.entries(ways)) {
        times.get(name)?.push(...(await measured(address, policies)));
      }
    }
  } finally {
    await kubectl("delete", "networkpolicy,pod", "--selector", "test=bench-policies", "--wait=false");
  }
  const rows = [...times].map(([name, all]) => {
    const sorted = all.toSorted((a, b) => a - b);
    return [name, ...[0.5, 0.99].map((share) => `${quantile(sorted, share).toFixed(2)} ms`)];
  });
  process.stdout.write(`${markdown([["", "p50", "p99"], ...rows])}\n`);
}

void main();
