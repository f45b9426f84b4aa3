/** Derived parameters of several packets: computed anew with each packet that has a part of them. */
import { DerivedValue, type IsKnown, type OnValueError } from "../decoder";
import type { Dictionary, Packet, Parameter } from "../dictionary";

export class DerivedValues {
  /** Those that a packet has a part of, by its position, each behind those that it is computed from. */
  private readonly byPacket: readonly (readonly DerivedValue[])[];
  private readonly parameters: readonly (readonly Parameter[])[];

  constructor({ packets, derived }: Pick<Dictionary, "packets" | "derived">) {
    const several = derived
      .filter((parameter) => parameter.derived?.isLocal === false)
      .map((parameter) => new DerivedValue(parameter));
    this.byPacket = packets.map((packet) => {
      const own = positionsOf(packet);
      return several.filter(({ parameter: { derived: of, packetIndex } }) =>
        [packetIndex, ...(of?.packets ?? [])].some((each) => own.has(each)),
      );
    });
    this.parameters = this.byPacket.map((those, i) =>
      those.map(({ parameter }) => parameter).filter((each) => !packets[i]?.parameters.includes(each)),
    );
  }

  /** Computes what the packet has a part of. @returns those of them that are declared in other packets */
  update(
    packet: Packet,
    values: Float64Array,
    onError: OnValueError,
    isKnown?: IsKnown,
  ): readonly Parameter[] {
    for (const each of this.byPacket[packet.index] ?? []) each.update(values, onError, isKnown);
    return this.parameters[packet.index] ?? [];
  }
}

/** Positions of a packet and of those that it extends: it has their parameters too. */
function positionsOf(packet: Packet): ReadonlySet<number> {
  const positions = new Set<number>();
  for (let each: Packet | undefined = packet; each; each = each.base) positions.add(each.index);
  return positions;
}
