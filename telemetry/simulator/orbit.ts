/**
 * Circular sun-synchronous orbit at 550 km over a rotating earth, with a cylindrical shadow and one polar ground
 * station. Accurate to a degree: enough for light, passes and the magnetic field.
 */
export interface OrbitState {
  /** Seconds since the simulation's start. */
  readonly time: number;
  /** Degrees. */
  readonly latitude: number;
  readonly longitude: number;
  /** Meters. */
  readonly altitude: number;
  readonly number: number;
  readonly isEclipse: boolean;
  /** Seconds; 0 in eclipse. */
  readonly nextEclipse: number;
  /** True when the spacecraft is in view of the ground station. */
  readonly isPass: boolean;
  /** Distance to the ground station in meters, and its rate of change in m/s. */
  readonly range: number;
  readonly rangeRate: number;
  /** Magnetic field in teslas, in body axes of a nadir-pointing spacecraft. */
  readonly field: readonly [number, number, number];
}

const earthRadius = 6_371_000;
const meanAltitude = 550_000;
/** Orbital period: 2 pi times the square root of a^3/mu, with mu = 3.986e14 m^3/s^2. */
export const orbitSeconds = 5_736;
const inclination = (97.6 * Math.PI) / 180;
const earthRate = 7.2921e-5;
/** Fraction of the orbit in shadow when the sun is in the orbital plane: asin(R/(R+h))/180. */
const eclipseFraction = 0.372;
const firstOrbit = 7_310;
/** Ground station at the latitude of Svalbard, with most orbits of a polar orbit in view. */
const station = { latitude: (78.2 * Math.PI) / 180, longitude: (15.4 * Math.PI) / 180 };
/** Central angle at which the spacecraft is 5 degrees above the station's horizon. */
const passAngle = (18.5 * Math.PI) / 180;
/** Dipole field at the equator at this altitude; 31 uT on the ground (IGRF). */
const equatorField = 31e-6 * (earthRadius / (earthRadius + meanAltitude)) ** 3;

/** @param phase fraction of an orbit completed before the start, 0 to 1; the shadow begins at 0.628 */
export function orbitAt(time: number, phase: number): OrbitState {
  const orbits = time / orbitSeconds + phase;
  const inOrbit = orbits - Math.floor(orbits);
  const argument = 2 * Math.PI * orbits;
  const latitude = Math.asin(Math.sin(inclination) * Math.sin(argument));
  const longitude =
    Math.atan2(Math.cos(inclination) * Math.sin(argument), Math.cos(argument)) - earthRate * time;
  const altitude = meanAltitude + 9_000 * Math.sin(argument) ** 2;
  const isEclipse = inOrbit >= 1 - eclipseFraction;
  const { range, angle } = stationRange(time, phase);
  return {
    time,
    latitude: degrees(latitude),
    longitude: ((((degrees(longitude) + 180) % 360) + 360) % 360) - 180,
    altitude,
    number: firstOrbit + Math.floor(orbits),
    isEclipse,
    nextEclipse: isEclipse ? 0 : (1 - eclipseFraction - inOrbit) * orbitSeconds,
    isPass: angle < passAngle,
    range,
    rangeRate: stationRange(time + 1, phase).range - range,
    field: [
      equatorField * Math.cos(latitude),
      3e-6 * Math.sin(argument / 2),
      -2 * equatorField * Math.sin(latitude),
    ],
  };
}

function stationRange(time: number, phase: number): { range: number; angle: number } {
  const argument = 2 * Math.PI * (time / orbitSeconds + phase);
  const latitude = Math.asin(Math.sin(inclination) * Math.sin(argument));
  const longitude =
    Math.atan2(Math.cos(inclination) * Math.sin(argument), Math.cos(argument)) - earthRate * time;
  const cosine =
    Math.sin(latitude) * Math.sin(station.latitude) +
    Math.cos(latitude) * Math.cos(station.latitude) * Math.cos(longitude - station.longitude);
  const radius = earthRadius + meanAltitude;
  const range = Math.sqrt(radius ** 2 + earthRadius ** 2 - 2 * radius * earthRadius * cosine);
  return { range, angle: Math.acos(Math.min(1, Math.max(-1, cosine))) };
}

function degrees(radians: number): number {
  return (radians * 180) / Math.PI;
}
