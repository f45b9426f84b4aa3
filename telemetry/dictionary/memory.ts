/** Memory that a dictionary takes: of the pods that read it, and of the alert about it. */
import type { Dictionary } from "./dictionary";

/** Parameters that fit into the containers' usual memory. */
const usual = 1000;

/**
 * MiB that a program needs for a dictionary beyond the usual 1,000 parameters: 100 KiB a parameter. Measured: 87 MiB
 * with 88 parameters, 268 MiB with 3,000 (a file of 1 MB), nearly all of it for reading the file.
 */
export function extraMemoryMiB({ parameters }: Pick<Dictionary, "parameters">): number {
  return Math.ceil(Math.max(0, parameters.length - usual) / 10);
}
