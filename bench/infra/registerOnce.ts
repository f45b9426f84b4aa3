/** One run, in a process of its own: registers a cluster of so many workers under mocks, prints what it took as JSON. */
import { deploy } from "../../test/support/infra/mocks";
import type { Run } from "./run";

/** A pool has at most 500 machines. */
function pools(workers: number): { name: string; count: number }[] {
  const full = Array.from({ length: Math.floor(workers / 500) }, (_, index) => ({
    name: `pool${index}`,
    count: 500,
  }));
  return workers % 500 === 0 ? full : [...full, { name: "rest", count: workers % 500 }];
}

async function main(): Promise<void> {
  const workers = Number(process.argv[2]);
  const { resources } = await deploy({
    adminCidrs: ["203.0.113.0/24"],
    podCidr: "10.128.0.0/12",
    workers: pools(workers),
  });
  const ended = performance.now();
  const { user, system } = process.cpuUsage();
  const run: Run = {
    resources: resources.length,
    // Since the process began, so that loading and stripping types is in it.
    totalSeconds: ended / 1000,
    cpuSeconds: (user + system) / 1e6,
    peakMiB: process.resourceUsage().maxRSS / 1024,
  };
  console.log(JSON.stringify(run));
}

void main();
