/** The parameter of a definition whose states select limits. */
import type { ForeignField } from "./definition";
import type { PlannedPacket } from "./plan";

/** The enumeration that most limits by mode are of. */
export function modeOf(plans: readonly PlannedPacket[]): ForeignField | undefined {
  const votes = new Map<string, number>();
  const fields = plans.flatMap(({ fields: placed }) => placed.map(({ field }) => field));
  for (const { modeField } of fields) {
    if (modeField !== undefined) votes.set(modeField, (votes.get(modeField) ?? 0) + 1);
  }
  const [most] = [...votes].sort(([, a], [, b]) => b - a);
  return fields.find(({ name, type }) => name === most?.[0] && type === "enumeration");
}
