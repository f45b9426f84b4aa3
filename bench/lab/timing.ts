/** The phases from booted machines to all nodes Ready, and a comparison of the two ways. Pure. */
import { markdown, median } from "./circumstances";

export const phases = ["init", "network", "admit", "join"] as const;
export type Phase = (typeof phases)[number];

/** Seconds per phase. */
export type Timing = Readonly<Record<Phase | "total", number>>;

const titles: Readonly<Record<Phase, string>> = {
  init: "init: control plane up",
  network: "network: Flannel and CoreDNS ready",
  admit: "admit: certificate signed / token made",
  join: "join: worker Ready",
};

/** Medians per phase, as a Markdown table. With `pulumi up`, admit and join happen during network. */
export function comparison(pulumi: readonly Timing[], byHand: readonly Timing[]): string {
  const line = (title: string, of: (timing: Timing) => number): string[] => {
    const [through, bare] = [median(pulumi.map(of)), median(byHand.map(of))];
    const ratio = bare < 0.5 ? "" : (through / bare).toFixed(2);
    return [title, `${through.toFixed(1)} s`, `${bare.toFixed(1)} s`, ratio];
  };
  return markdown([
    ["phase", "`pulumi up`", "by hand", "ratio"],
    ...phases.map((phase) => line(titles[phase], (timing) => timing[phase])),
    line("all", ({ total }) => total),
  ]);
}
