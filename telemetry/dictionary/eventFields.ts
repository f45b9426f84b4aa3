/** Fields that the events of a packet may name: its parameters, its hidden fields and those of a PUS header. */
import { type PacketFields, pusFields } from "./conditions";
import type { Packet, Parameter, VaryingLength } from "./dictionary";
import { parameterSchema, type ParameterSource } from "./parameterSchema";
import { readParameter } from "./readParameter";

type Known = PacketFields["known"][number];

/**
 * Function that finds a field by its name. A hidden one comes as a parameter that is not among the dictionary's. What was
 * refused is so: nothing more is to be said of it.
 */
export function eventFields({
  packet,
  known,
  refused,
}: PacketFields): (name: string) => Parameter | "refused" | undefined {
  const hidden = ({ source, field }: Known): Parameter =>
    readParameter(source, field, packet, -1, { textLength: textLengthOf(source, known) }, () => undefined);
  return (name) => {
    const parameter = packet.parameters.find((each) => each.name === name);
    const placed = known.find(({ field, source }) => field.name === name && source.count === undefined);
    const found = parameter ?? (placed ? hidden(placed) : headerField(name, packet));
    return found ?? (refused.hasParameter(name) ? "refused" : undefined);
  };
}

/** Length of a text that varies, as its packet's reader has checked it. */
function textLengthOf(
  { bytes }: ParameterSource,
  known: readonly Known[],
): VaryingLength | "rest" | undefined {
  if (bytes === undefined || typeof bytes === "number") return undefined;
  const {
    field: name,
    times,
    plus,
  } = typeof bytes === "string" ? { field: bytes, times: 1, plus: 0 } : bytes;
  const field = known.find((each) => each.field.name === name)?.field;
  return bytes !== "rest" && field ? { field, times, plus } : "rest";
}

function headerField(name: string, packet: Packet): Parameter | undefined {
  const { pusVersion, bytes } = packet.secondaryHeader;
  const field = pusVersion === undefined ? undefined : pusFields.find((each) => each.name === name);
  if (!field) return undefined;
  const { bitSize: bits } = field;
  const source = parameterSchema.parse({ name, description: name, type: "unsigned", bits, hidden: true });
  // Before the data, which offsets are counted from.
  return readParameter(
    source,
    { ...field, bitOffset: field.bitOffset - 8 * bytes },
    packet,
    -1,
    {},
    () => undefined,
  );
}
