/** Arrays of structures: members of which each element follows the same element of the member before it. */
import type { ParameterSource } from "./parameterSchema";

/**
 * Parameters where members of structures have the count of the array that begins the structure.
 * @param refuse is told of a member, by its position, that no array stands before
 */
export function withCounts<Each extends { readonly parameter: ParameterSource }>(
  parameters: readonly Each[],
  refuse: (at: Each) => void,
): Each[] {
  let head: ParameterSource | undefined;
  return parameters.map((each) => {
    const { parameter } = each;
    if (!parameter.interleaved) {
      head = parameter.count === undefined ? undefined : parameter;
      return each;
    }
    if (!head) refuse(each);
    return { ...each, parameter: { ...parameter, count: head?.count ?? 1, most: head?.most } };
  });
}

/** Place of an array in its structure: bits before it, and those of all members. */
export interface InStructure {
  readonly offset: number;
  readonly stride: number;
}

/** Places in structures of fields with these sizes of an element; what is in none is a structure of its own. */
export function inStructures(
  fields: readonly Pick<ParameterSource, "interleaved">[],
  bitSizes: readonly number[],
): InStructure[] {
  const heads = fields.map(({ interleaved }, i) => (interleaved ? -1 : i));
  // A member belongs to the last one before it that is none.
  for (let i = 1; i < heads.length; i++) if (heads[i] === -1) heads[i] = heads[i - 1] ?? 0;
  const strides = new Map<number, number>();
  const offsets = heads.map((head, i) => {
    const before = strides.get(head) ?? 0;
    strides.set(head, before + (bitSizes[i] ?? 0));
    return before;
  });
  return offsets.map((offset, i) => ({ offset, stride: strides.get(heads[i] ?? i) ?? 0 }));
}
