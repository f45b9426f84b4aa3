/**
 * Kubernetes quantities as numbers: `1500m` is 1.5, `2Gi` is 2147483648. The official client has a reader too, which it
 * does not export, and which takes neither `1.5Gi` nor `1e3`.
 */

const decimal = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"];
const binary = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];

const factors: ReadonlyMap<string, number> = new Map([
  ...binary.map((suffix, power) => [suffix, 1024 ** power] as const),
  ...decimal.map((suffix, place) => [suffix, 1000 ** (place - 3)] as const),
]);

const form = /^(?<number>[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?)(?<suffix>[A-Za-z]*)$/;

/** @throws Error when the text is no quantity */
export function quantityValue(text: string): number {
  const { number, suffix = "" } = form.exec(text)?.groups ?? {};
  const factor = factors.get(suffix);
  if (number === undefined || factor === undefined) throw new Error(`"${text}" is no quantity of Kubernetes`);
  return Number(number) * factor;
}
