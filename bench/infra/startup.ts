/** `npm run bench:startup`: from the start of the process to 1 + 1 nodes registered, with and without type checking. */
import { circumstances, medians, runOnce } from "./run";

const repeats = 3;
const [strip, check] = (["strip", "check"] as const).map((types) =>
  medians(Array.from({ length: repeats }, () => runOnce(1, types))),
);
if (strip === undefined || check === undefined) throw new Error("no runs");

console.log(`Medians of ${repeats} runs. ${circumstances()}\n`);
console.log("| types | wall | processor | peak memory |");
console.log("|---|---|---|---|");
for (const [name, run] of [
  ["stripped (as `pulumi up` does)", strip],
  ["checked", check],
] as const) {
  const figures = [
    `${run.totalSeconds.toFixed(1)} s`,
    `${run.cpuSeconds.toFixed(1)} s`,
    `${run.peakMiB.toFixed(0)} MiB`,
  ];
  console.log(`| ${name} | ${figures.join(" | ")} |`);
}
console.log(
  `| ratio | ${(check.totalSeconds / strip.totalSeconds).toFixed(1)} | ${(check.cpuSeconds / strip.cpuSeconds).toFixed(1)} | ${(check.peakMiB / strip.peakMiB).toFixed(1)} |`,
);
