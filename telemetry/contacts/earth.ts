/** The turning Earth: positions of inertial frames over it, and how high they stand above a station. */
import { ecfToLookAngles, eciToEcf, gstime } from "satellite.js";

/** Place of a ground station. */
export interface Station {
  readonly name: string;
  /** Degrees. */
  readonly latitude: number;
  readonly longitude: number;
  /** Meters above the ellipsoid. */
  readonly height: number;
}

/** Position in km. */
export interface Position {
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

const radians = (degrees: number): number => (degrees * Math.PI) / 180;

/** Elevation above the horizon in degrees at each of the stations. @param position of a frame that turns with the Earth */
export function elevationsOf(position: Position, stations: readonly Station[]): number[] {
  return stations.map(({ latitude, longitude, height }) => {
    const observer = { latitude: radians(latitude), longitude: radians(longitude), height: height / 1000 };
    return (ecfToLookAngles(observer, position).elevation * 180) / Math.PI;
  });
}

/**
 * Frames that an orbit may be in, and how each becomes one that turns with the Earth. Nutation, polar motion and UT1-UTC
 * are left out: together less than 0.02 degrees seen from a station, a tenth of a second of a low orbit's AOS.
 */
export const frames = {
  /** True equator, mean equinox of date: SGP4's. */
  TEME: turned,
  /** True or mean equator and equinox of date. */
  TOD: turned,
  MOD: turned,
  /** Mean equator and equinox of J2000.0, and what differs from it by less than 0.1 arc seconds. */
  EME2000: (position: Position, time: number) => turned(precessed(position, time), time),
  /** Turns with the Earth. */
  ITRF: (position: Position) => position,
} as const satisfies Record<string, (position: Position, time: number) => Position>;

function turned(position: Position, time: number): Position {
  return eciToEcf({ ...position }, gstime(new Date(time * 1000)));
}

const arcSecond = Math.PI / 180 / 3600;
const j2000 = 946_728_000;

/**
 * Position in the mean equator and equinox of date.
 *
 * Source: Lieske, Astronomy and Astrophysics 73 (1979), 282: precession of IAU 1976.
 */
function precessed({ x, y, z }: Position, time: number): Position {
  const t = (time - j2000) / (36_525 * 86_400);
  const zeta = arcSecond * t * (2306.2181 + t * (0.30188 + t * 0.017998));
  const zed = arcSecond * t * (2306.2181 + t * (1.09468 + t * 0.018203));
  const theta = arcSecond * t * (2004.3109 - t * (0.42665 + t * 0.041833));
  const a = x * Math.cos(zeta) - y * Math.sin(zeta);
  const b = x * Math.sin(zeta) + y * Math.cos(zeta);
  const c = a * Math.cos(theta) - z * Math.sin(theta);
  return {
    x: c * Math.cos(zed) - b * Math.sin(zed),
    y: c * Math.sin(zed) + b * Math.cos(zed),
    z: a * Math.sin(theta) + z * Math.cos(theta),
  };
}
