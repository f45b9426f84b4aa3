/** Contact plans of the commands. */
import { isUrl, PlanError, PlanSource } from "../contacts";
import { reasonOf } from "../reasonOf";
import { withoutPassword } from "../withoutPassword";
import type { Surroundings } from "./command";
import { UsageError } from "./settings";

/** Meaning of the setting `--contacts`. */
export const contactsMeaning =
  "contact plan (start, end, station): a file, or an http:// or https:// URL; see docs/telemetry.md";

/** @throws UsageError with every problem of a file; a URL that does not answer is asked again */
export async function openPlan(
  place: string,
  spacecraft: string,
  { log }: Pick<Surroundings, "log">,
  others: readonly string[] = [],
): Promise<PlanSource> {
  try {
    return await PlanSource.open({ place, spacecraft, others, log, clock: () => Date.now() / 1000 });
  } catch (error) {
    const why = error instanceof PlanError ? error.message : `cannot be read: ${reasonOf(error)}`;
    throw new UsageError(`--contacts ${isUrl(place) ? withoutPassword(place) : place}: ${why}`);
  }
}
