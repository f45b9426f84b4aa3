/** Newest texts of string and binary parameters, and the bounded labels that Prometheus gets of them. */
import { decodeText, isText, type PacketLayout } from "../decoder";
import type { Parameter } from "../dictionary";

/** Length of a label and number of different ones of a parameter: each is a series that Prometheus keeps. */
const mostLabelCharacters = 64;
const mostLabels = 32;
/** Label of all further texts of a parameter. */
const otherLabel = "(other)";

/** Newest text of each parameter, by `parameter.index`. */
export class Texts {
  private readonly texts: (string | undefined)[] = [];
  private readonly labels = new Map<number, Set<string>>();

  /** Stores the texts of a packet; the value of each becomes its length, or NaN where it is not in the packet. */
  update(layout: PacketLayout, bytes: Buffer, at: number, values: Float64Array): void {
    if (!layout.hasTexts) return;
    for (const parameter of layout.packet.parameters) {
      if (!isText(parameter)) continue;
      const text = decodeText(layout, bytes, at, parameter);
      this.texts[parameter.index] = text;
      values[parameter.index] = text?.length ?? NaN;
    }
  }

  of({ index }: Parameter): string | undefined {
    return this.texts[index];
  }

  /** Newest text as a label: cut, and replaced by one for all once there were too many different ones. */
  label(parameter: Parameter): string | undefined {
    const text = this.of(parameter);
    if (text === undefined) return undefined;
    const label = Array.from(text).slice(0, mostLabelCharacters).join("");
    const known = this.labels.get(parameter.index) ?? new Set();
    this.labels.set(parameter.index, known);
    if (!known.has(label) && known.size >= mostLabels) return otherLabel;
    known.add(label);
    return label;
  }
}
