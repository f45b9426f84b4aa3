/**
 * `npm run bench:startup`: time from process start to 1 + 1 registered nodes, with and without type checking.
 * ts-node caches compiled files and does not check them again: only the first run after a change differs.
 */
import { rmSync } from "node:fs";
import { circumstances, freshCache, medians, type Run, runOnce } from "./run";

const repeats = 3;
const types = { strip: "stripped (as `pulumi up` does)", check: "checked" } as const;

const times = (once: () => Run): Run => medians(Array.from({ length: repeats }, once));

function measured(mode: keyof typeof types): { first: Run; again: Run } {
  const first = times(() => runOnce({ workers: 1, types: mode }));
  const cache = freshCache();
  runOnce({ workers: 1, types: mode, cache });
  const again = times(() => runOnce({ workers: 1, types: mode, cache }));
  rmSync(cache, { recursive: true });
  return { first, again };
}

const figures = (run: Run): string[] => [
  `${run.totalSeconds.toFixed(1)} s`,
  `${run.cpuSeconds.toFixed(1)} s`,
  `${run.peakMiB.toFixed(0)} MiB`,
];

const ratio = (a: Run, b: Run): string[] =>
  [a.totalSeconds / b.totalSeconds, a.cpuSeconds / b.cpuSeconds, a.peakMiB / b.peakMiB].map((one) =>
    one.toFixed(1),
  );

const row = (...cells: string[]): void => console.log(`| ${cells.join(" | ")} |`);

console.log(`Medians of ${repeats} runs. ${circumstances()}\n`);
const [strip, check] = [measured("strip"), measured("check")];
row("types", "run", "wall", "processor", "peak memory");
row("---", "---", "---", "---", "---");
for (const run of ["first", "again"] as const) {
  const when = run === "first" ? "first after a change" : "again";
  row(types.strip, when, ...figures(strip[run]));
  row(types.check, when, ...figures(check[run]));
  row("ratio", when, ...ratio(check[run], strip[run]));
}
