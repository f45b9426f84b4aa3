/** Units in the spellings of definitions, as units of a dictionary. */
import { type BaseUnit, isUnit } from "../dictionary";

/** Spellings, in lower case and without blanks, of units of the dictionary. A single letter is never guessed. */
const spellings: ReadonlyMap<string, string> = new Map<string, string>(
  (
    [
      ["V", "volt volts"],
      ["mV", "millivolt millivolts mvolts"],
      ["uV", "microvolt microvolts"],
      ["A", "amp amps ampere amperes"],
      ["mA", "milliamp milliamps milliampere milliamperes mamps"],
      ["uA", "microamp microamps microampere microamperes µa μa"],
      ["W", "watt watts"],
      ["mW", "milliwatt milliwatts"],
      ["J", "joule joules"],
      ["Ohm", "ohm ohms ω"],
      ["kOhm", "kohm kohms kiloohm kiloohms kω"],
      ["degC", "degc deg_c celsius celcius degreescelsius degreecelsius centigrade °c ℃ deg.c degreesc"],
      ["K", "kelvin kelvins degk"],
      ["s", "sec secs second seconds"],
      ["ms", "msec msecs millisecond milliseconds"],
      ["us", "usec usecs microsecond microseconds µs μs"],
      ["ns", "nsec nanosecond nanoseconds"],
      ["min", "minute minutes mins"],
      ["h", "hour hours hr hrs"],
      ["d", "day days"],
      ["m", "meter meters metre metres"],
      ["km", "kilometer kilometers kilometre kilometres"],
      ["cm", "centimeter centimeters"],
      ["mm", "millimeter millimeters"],
      ["um", "micrometer micrometers micron microns µm μm"],
      ["m/s", "mps meters/second meter/second m.s-1 m*s-1 ms-1 meterspersecond meters_per_second meters/sec"],
      ["km/s", "kps kilometers/second"],
      ["m/s2", "m/s^2 m/s/s m/sec^2 m/s**2"],
      ["B", "byte bytes octet octets"],
      ["KiB", "kib kibibyte kibibytes"],
      ["bit/s", "bps bits/s bits/sec bits/second"],
      ["kbit/s", "kbps"],
      ["B/s", "bytes/s bytes/second"],
      ["%", "percent pct percentage"],
      ["Hz", "hertz hz"],
      ["kHz", "kilohertz khz"],
      ["MHz", "megahertz mhz"],
      ["GHz", "gigahertz ghz"],
      ["deg", "degree degrees °"],
      ["rad", "radian radians rads"],
      ["deg/s", "deg/sec degrees/second degrees/sec degree/second dps deg/second °/s"],
      ["rad/s", "rad/sec radians/second radians/sec rads/s rad/second radian/second"],
      ["rpm", "rpm revolutions/minute rev/min"],
      ["T", "tesla teslas"],
      ["nT", "nanotesla nanoteslas"],
      ["uT", "microtesla microteslas µt μt"],
      ["N", "newton newtons"],
      ["Nm", "newtonmeter newtonmeters n*m n-m n.m n·m"],
      ["Nms", "n*m*s n-m-s n.m.s n·m·s"],
      ["Pa", "pascal pascals"],
      ["kPa", "kilopascal kilopascals"],
      ["mbar", "millibar millibars"],
      ["lx", "lux"],
      ["g", "gram grams"],
      ["kg", "kilogram kilograms"],
      ["dB", "decibel decibels"],
      [
        "count",
        "counts cnt cnts dn none unitless dimensionless n/a na - 1 raw number # unit uint bool boolean enum",
      ],
    ] as const
  ).flatMap(([unit, names]) => names.split(" ").map((name) => [name, unit] as const)),
);

/** Gram in a dictionary; in definitions also the acceleration of gravity. */
const ambiguous = "g";

/** Endings that a metric must not have. */
const reserved = /(?:^|_)(?:total|bucket|count|sum|info|created)$/;

/** Unit of a dictionary, a mission's own where none of the table's is meant; count where the definition has none. */
export function unitNameOf(unit: string | undefined): string | BaseUnit {
  const written = (unit ?? "").normalize("NFKC").trim();
  if (written === "") return "count";
  if (isUnit(written) && written !== ambiguous) return written;
  const spelling = written.toLowerCase().replaceAll(/\s+/g, "");
  const known = spellings.get(spelling);
  if (known !== undefined) return known;
  const words = written
    .toLowerCase()
    .replaceAll("%", " percent ")
    .replaceAll(/\s*\/\s*/g, " per ")
    .normalize("NFKD")
    .replaceAll(/[^a-z0-9]+/g, "_")
    .replaceAll(/^_+|_+$/g, "");
  if (words === "") return "count";
  const started = /^[a-z]/.test(words) ? words : `unit_${words}`;
  const cut = started.slice(0, 35).replace(/_+$/, "");
  const symbol = written
    .replaceAll(/[\p{Cc}\p{Cs}\uFEFF\uFFFD-\uFFFF]/gu, "")
    .slice(0, 16)
    .trim();
  return { suffix: reserved.test(cut) ? `${cut}_unit` : cut, symbol: symbol || cut.slice(0, 16) };
}
