/** promtool and prometheus, from Debian's package: the tests check and run the rules with them. */
import { debianProgram } from "../../lab/supply/debianProgram";

/** Programs of Debian's package `prometheus`. */
export type PrometheusProgram = "promtool" | "prometheus";

/**
 * The path of promtool or prometheus: on PATH, else in the cache, else taken out of Debian's package into the cache.
 * Needs no root, and nothing is installed.
 * @throws Error that says what to install where none of the three can be had
 */
export function prometheusProgram(name: PrometheusProgram): Promise<string> {
  return debianProgram("prometheus", name);
}
