/** Formulas of derived parameters in a dictionary file, by the names that their inputs have there. */
import { formulaUnitProblems } from "../dictionary";
import type { NamedField } from "./contextSource";
import type { ForeignField } from "./definition";
import type { Findings } from "./findings";
import { unitNameOf } from "./unitNames";

/** @param named fields of all packets, those of the same packet first */
export function formulaSource(
  { formula, unit, place }: ForeignField,
  named: readonly NamedField[],
  findings: Findings,
): string {
  const inputs = (formula?.inputs ?? []).map((input) => {
    const found = named.find(({ field }) => field.name === input);
    return { name: found ? `${found.subsystem}.${found.name}` : input, unit: found?.field.unit };
  });
  const written = (nameOf: (name: string) => string): string =>
    (formula?.text ?? "").replaceAll(/\$(\d+)/g, (_, i) => nameOf(inputs[Number(i)]?.name ?? ""));
  const plain = written((name) => name);
  const units = new Map(inputs.map((input) => [input.name, unitNameOf(input.unit)]));
  const problems = formulaUnitProblems(plain, (name) => units.get(name), unitNameOf(unit));
  const [problem] = problems;
  if (problem === undefined) return plain;
  // What is multiplied with a plain number has no unit that is checked.
  findings.note(
    place,
    `its units do not fit: it ${problem}; the numbers are computed as the definition says`,
  );
  return written((name) => `(1 * ${name})`);
}
