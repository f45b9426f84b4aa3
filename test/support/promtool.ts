/** promtool and prometheus, from Debian's package: the tests check and run the rules with them. */
import { debianProgram } from "./debianProgram";

/** Programs of Debian's package `prometheus`. */
export type PrometheusProgram = "promtool" | "prometheus";

/**
 * Path of promtool or prometheus: on PATH, else in the cache, else extracted from Debian's package into the cache.
 * Needs no root, and nothing is installed.
 * @throws Error with the package to install when none of the three works
 */
export function prometheusProgram(name: PrometheusProgram): Promise<string> {
  return debianProgram("prometheus", name);
}
