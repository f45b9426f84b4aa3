/** Memory that a dictionary takes: of the pods that read it, and of the alert about it. */
import type { Dictionary } from "./dictionary";

/** Parameters that fit into the containers' usual memory. */
const usual = 1000;

/**
 * MiB that a program needs for a dictionary beyond the usual 1,000 parameters: 100 KiB a parameter. Measured: 155 MiB
 * with 3,000 (a file of 1 MB), 283 MiB where the file is wrong and the places of its faults are looked for. Elements of arrays are
 * only series, 2 KiB each: 117 MiB with 4,096, 208 MiB with 81,920, after five scrapes.
 */
export function extraMemoryMiB({ parameters, slots }: Pick<Dictionary, "parameters" | "slots">): number {
  const elements = slots - parameters.length;
  return Math.ceil(Math.max(0, parameters.length - usual) / 10 + elements / 500);
}

/**
 * MiB that an exporter needs beyond that for each further spacecraft: 24 KiB a series. Measured: 152 MiB with one of 88
 * parameters, 362 MiB with 100, after ten scrapes and a look at each one's page.
 */
export const fleetMemoryMiB = ({ slots }: Pick<Dictionary, "slots">, fleetSize: number): number =>
  Math.ceil(((fleetSize - 1) * slots * 24) / 1024);
