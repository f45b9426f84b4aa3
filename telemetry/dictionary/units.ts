/**
 * Units that a dictionary may use, and the Prometheus base unit of each.
 *
 * Base units follow https://prometheus.io/docs/practices/naming/#base-units (seconds, celsius, meters, bytes,
 * ratio, volts, amperes, joules, grams). Quantities missing on that page have one fixed unit each, see
 * docs/adr/0101-telemetry-base-units.md.
 */
export interface BaseUnit {
  /** Suffix of the metric name, without the underscore; empty for a plain number. */
  readonly suffix: string;
  /** Symbol to display after the value. */
  readonly symbol: string;
}

/** Unit with its conversion: base value = value * factor + offset. A positive factor keeps the order of limits. */
export interface Unit {
  readonly base: BaseUnit;
  readonly factor: number;
  readonly offset: number;
}

const volts: BaseUnit = { suffix: "volts", symbol: "V" };
const amperes: BaseUnit = { suffix: "amperes", symbol: "A" };
const watts: BaseUnit = { suffix: "watts", symbol: "W" };
const joules: BaseUnit = { suffix: "joules", symbol: "J" };
const coulombs: BaseUnit = { suffix: "coulombs", symbol: "C" };
const celsius: BaseUnit = { suffix: "celsius", symbol: "°C" };
const seconds: BaseUnit = { suffix: "seconds", symbol: "s" };
const meters: BaseUnit = { suffix: "meters", symbol: "m" };
const metersPerSecond: BaseUnit = { suffix: "meters_per_second", symbol: "m/s" };
const bytes: BaseUnit = { suffix: "bytes", symbol: "B" };
const bytesPerSecond: BaseUnit = { suffix: "bytes_per_second", symbol: "B/s" };
const ratio: BaseUnit = { suffix: "ratio", symbol: "ratio" };
const hertz: BaseUnit = { suffix: "hertz", symbol: "Hz" };
const degrees: BaseUnit = { suffix: "degrees", symbol: "°" };
const degreesPerSecond: BaseUnit = { suffix: "degrees_per_second", symbol: "°/s" };
const rpm: BaseUnit = { suffix: "rpm", symbol: "rpm" };
const teslas: BaseUnit = { suffix: "teslas", symbol: "T" };
const newtonMeters: BaseUnit = { suffix: "newton_meters", symbol: "N·m" };
const pascals: BaseUnit = { suffix: "pascals", symbol: "Pa" };
const grams: BaseUnit = { suffix: "grams", symbol: "g" };
const dbm: BaseUnit = { suffix: "dbm", symbol: "dBm" };
const decibels: BaseUnit = { suffix: "decibels", symbol: "dB" };
const ohms: BaseUnit = { suffix: "ohms", symbol: "Ω" };
const newtons: BaseUnit = { suffix: "newtons", symbol: "N" };
const newtonMeterSeconds: BaseUnit = { suffix: "newton_meter_seconds", symbol: "N·m·s" };
const lux: BaseUnit = { suffix: "lux", symbol: "lx" };
const wattsPerSquareMeter: BaseUnit = { suffix: "watts_per_square_meter", symbol: "W/m²" };
const metersPerSecondSquared: BaseUnit = { suffix: "meters_per_second_squared", symbol: "m/s²" };
const teslasPerSecond: BaseUnit = { suffix: "teslas_per_second", symbol: "T/s" };
const voltsPerSecond: BaseUnit = { suffix: "volts_per_second", symbol: "V/s" };
const count: BaseUnit = { suffix: "", symbol: "" };

const as = (base: BaseUnit, factor = 1, offset = 0): Unit => ({ base, factor, offset });
const degreesPerRadian = 180 / Math.PI;

/** All units that a dictionary may use. */
export const units: Readonly<Record<string, Unit>> = {
  V: as(volts),
  mV: as(volts, 1e-3),
  uV: as(volts, 1e-6),
  kV: as(volts, 1e3),
  "V/s": as(voltsPerSecond),
  A: as(amperes),
  mA: as(amperes, 1e-3),
  uA: as(amperes, 1e-6),
  nA: as(amperes, 1e-9),
  W: as(watts),
  mW: as(watts, 1e-3),
  uW: as(watts, 1e-6),
  kW: as(watts, 1e3),
  "W/m2": as(wattsPerSquareMeter),
  Ohm: as(ohms),
  kOhm: as(ohms, 1e3),
  J: as(joules),
  Wh: as(joules, 3600),
  Ah: as(coulombs, 3600),
  mAh: as(coulombs, 3.6),
  degC: as(celsius),
  K: as(celsius, 1, -273.15),
  s: as(seconds),
  ms: as(seconds, 1e-3),
  us: as(seconds, 1e-6),
  ns: as(seconds, 1e-9),
  min: as(seconds, 60),
  h: as(seconds, 3600),
  d: as(seconds, 86_400),
  m: as(meters),
  km: as(meters, 1e3),
  cm: as(meters, 1e-2),
  mm: as(meters, 1e-3),
  um: as(meters, 1e-6),
  "m/s": as(metersPerSecond),
  "km/s": as(metersPerSecond, 1e3),
  "m/s2": as(metersPerSecondSquared),
  B: as(bytes),
  KiB: as(bytes, 1024),
  MiB: as(bytes, 1024 ** 2),
  GiB: as(bytes, 1024 ** 3),
  "B/s": as(bytesPerSecond),
  "bit/s": as(bytesPerSecond, 1 / 8),
  "kbit/s": as(bytesPerSecond, 125),
  "Mbit/s": as(bytesPerSecond, 125_000),
  ratio: as(ratio),
  "%": as(ratio, 1e-2),
  Hz: as(hertz),
  kHz: as(hertz, 1e3),
  MHz: as(hertz, 1e6),
  GHz: as(hertz, 1e9),
  deg: as(degrees),
  mdeg: as(degrees, 1e-3),
  rad: as(degrees, degreesPerRadian),
  "deg/s": as(degreesPerSecond),
  "mdeg/s": as(degreesPerSecond, 1e-3),
  "rad/s": as(degreesPerSecond, degreesPerRadian),
  rpm: as(rpm),
  T: as(teslas),
  mT: as(teslas, 1e-3),
  uT: as(teslas, 1e-6),
  nT: as(teslas, 1e-9),
  "T/s": as(teslasPerSecond),
  Nm: as(newtonMeters),
  mNm: as(newtonMeters, 1e-3),
  Nms: as(newtonMeterSeconds),
  mNms: as(newtonMeterSeconds, 1e-3),
  N: as(newtons),
  mN: as(newtons, 1e-3),
  lx: as(lux),
  Pa: as(pascals),
  kPa: as(pascals, 1e3),
  hPa: as(pascals, 100),
  mbar: as(pascals, 100),
  bar: as(pascals, 1e5),
  g: as(grams),
  kg: as(grams, 1e3),
  dBm: as(dbm),
  dB: as(decibels),
  count: as(count),
};

/** True for the name of a unit of the table. */
export const isUnit = (name: string): boolean => Object.hasOwn(units, name);

/** The unit of enumerations, booleans and plain counts. */
export const noUnit: Unit = as(count);

/** A factor as a fraction. */
export interface Fraction {
  readonly numerator: number;
  readonly denominator: number;
}

/**
 * Factor as a fraction, 0.001 as 1/1000: 16900 divided by 1000 is 16.9, but multiplied by 0.001 it is
 * 16.900000000000002, above a limit of 16.9.
 */
export function asFraction(factor: number): Fraction {
  const inverse = Math.round(1 / factor);
  const isInverse = Math.abs(inverse) > 1 && Math.abs(factor * inverse - 1) < 1e-12;
  return isInverse ? { numerator: 1, denominator: inverse } : { numerator: factor, denominator: 1 };
}

/** @returns the value in the base unit */
export function toBaseUnit(value: number, unit: Unit): number {
  const { numerator, denominator } = asFraction(unit.factor);
  return (value * numerator) / denominator + unit.offset;
}

/** Unit of a parameter in a dictionary file: of the table, a mission's own, or none. */
export function unitOf(source: string | BaseUnit | undefined): Unit {
  if (typeof source === "object") return as(source);
  return (source === undefined ? undefined : units[source]) ?? noUnit;
}
