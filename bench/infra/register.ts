/** `npm run bench:register`: the program's own time and memory to register clusters of growing size under mocks. */
import { circumstances, medians, type Run, runOnce } from "./run";

const sizes = [1, 100, 700];
const repeats = 3;

function line(workers: number, run: Run, smallest: Run): string {
  const each = ((run.cpuSeconds - smallest.cpuSeconds) / Math.max(workers - 1, 1)) * 1000;
  const cells = [
    `1 + ${workers}`,
    run.resources,
    `${run.totalSeconds.toFixed(1)} s`,
    `${run.cpuSeconds.toFixed(1)} s`,
    workers === 1 ? "" : `${each.toFixed(0)} ms`,
    `${run.peakMiB.toFixed(0)} MiB`,
    workers === 1 ? "" : `${((run.peakMiB - smallest.peakMiB) / (workers - 1)).toFixed(2)} MiB`,
  ];
  return `| ${cells.join(" | ")} |`;
}

console.log(`Medians of ${repeats} runs. ${circumstances()}\n`);
console.log("| nodes | resources | wall | processor | per worker more | peak memory | per worker more |");
console.log("|---|---|---|---|---|---|---|");
let smallest: Run | undefined;
for (const workers of sizes) {
  const run = medians(Array.from({ length: repeats }, () => runOnce({ workers })));
  smallest ??= run;
  console.log(line(workers, run, smallest));
}
