/** One run in its own process: registers a cluster of N workers under mocks, prints time and memory as JSON. */
import { deploy } from "../../test/support/infra/mocks";
import { poolsOf } from "../pools";
import type { Run } from "./run";

async function main(): Promise<void> {
  const workers = Number(process.argv[2]);
  const { resources } = await deploy({
    adminCidrs: ["203.0.113.0/24"],
    availabilityZones: 3,
    podCidr: "10.128.0.0/12",
    workers: poolsOf(workers),
  });
  const ended = performance.now();
  const { user, system } = process.cpuUsage();
  const run: Run = {
    resources: resources.length,
    // Since the start of the process: includes loading and type stripping.
    totalSeconds: ended / 1000,
    cpuSeconds: (user + system) / 1e6,
    peakMiB: process.resourceUsage().maxRSS / 1024,
  };
  console.log(JSON.stringify(run));
}

void main();
