/** Which packets are stored ones, played back by an on-board recorder: the key `stored` of a dictionary file. */
import * as z from "zod";
import type { Condition } from "./dictionary";

/** Seconds that a packet may be behind the live ones, where nothing is said. */
const defaultOlderThan = 60;

const kinds = z.enum(["always", "never"]);
const age = z.strictObject({ olderThan: z.number().positive("must be above 0").max(1e9) });

/** For the whole dictionary: no field is in all packets. */
export const storedDefaultSchema = z.union([kinds, age], {
  error: "must be always, never or { olderThan: seconds }",
});

/** @param condition schema of the values that a field must have */
export function storedSchema<Value extends z.ZodType>(condition: Value) {
  const fields = z.strictObject({
    when: z.record(z.string(), condition).refine((when) => Object.keys(when).length > 0, "must name a field"),
  });
  return z.union([kinds, age, fields], {
    error: "must be always, never, { olderThan: seconds } or { when: { field: value } }",
  });
}

type StoredSource<Value> =
  z.infer<typeof storedDefaultSchema> | { readonly when: Readonly<Record<string, Value>> };

/** How stored packets of a kind are told: by their age beside the live ones, by fields, all of them or none. */
export type StoredMark =
  | { readonly by: "age"; readonly olderThan: number }
  | { readonly by: "fields"; readonly conditions: readonly Condition[] }
  | { readonly by: "kind"; readonly isStored: boolean };

/** @param conditionsOn reader of the conditions on a field of the packet */
export function readStored<Value>(
  source: StoredSource<Value> | undefined,
  conditionsOn: (field: string, value: Value) => Condition[],
): StoredMark {
  if (source === undefined) return { by: "age", olderThan: defaultOlderThan };
  if (typeof source === "string") return { by: "kind", isStored: source === "always" };
  if ("olderThan" in source) return { by: "age", olderThan: source.olderThan };
  const conditions = Object.entries(source.when).flatMap(([field, value]) => conditionsOn(field, value));
  return { by: "fields", conditions };
}
