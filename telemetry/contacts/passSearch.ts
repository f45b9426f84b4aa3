/** Search of contacts: when a spacecraft is above the least elevation of stations. */
import type { Contact } from "./contactPlan";
import type { Station } from "./earth";
import type { Orbit } from "./orbit";

/** Seconds between two looks; a pass that is shorter may be missed. */
const stepSeconds = 10;
/** Seconds to which AOS and LOS are found. */
const precision = 0.1;

export interface SearchArgs {
  readonly orbit: Pick<Orbit, "elevations">;
  readonly stations: readonly Station[];
  /** Degrees. */
  readonly minElevation: number;
  /** Seconds since 1970. */
  readonly from: number;
  readonly to: number;
}

/** Contacts in the order of their AOS; one that is cut by the ends of the search begins or ends there. */
export function findContacts({ orbit, stations, minElevation, from, to }: SearchArgs): Contact[] {
  const isVisible = (station: Station, time: number): boolean =>
    (orbit.elevations([station], time)[0] ?? -90) >= minElevation;
  /** Time between two looks at which the station begins or ends to see the spacecraft. */
  const edge = (station: Station, before: number, after: number): number => {
    let [low, high] = [before, after];
    const first = isVisible(station, low);
    while (high - low > precision) {
      const middle = (low + high) / 2;
      if (isVisible(station, middle) === first) low = middle;
      else high = middle;
    }
    return (low + high) / 2;
  };
  const contacts: Contact[] = [];
  const starts = new Map<Station, number>();
  const look = (time: number, before: number | undefined): void => {
    const elevations = orbit.elevations(stations, time);
    for (const [i, station] of stations.entries()) {
      const start = starts.get(station);
      const sees = (elevations[i] ?? -90) >= minElevation;
      if (sees && start === undefined) {
        starts.set(station, before === undefined ? time : edge(station, before, time));
      } else if (!sees && start !== undefined && before !== undefined) {
        starts.delete(station);
        contacts.push({ start, end: edge(station, before, time), station: station.name });
      }
    }
  };
  let before: number | undefined;
  for (let time = from; time < to; time += stepSeconds) {
    look(time, before);
    before = time;
  }
  look(to, before);
  for (const [station, start] of starts) {
    if (start < to) contacts.push({ start, end: to, station: station.name });
  }
  return contacts.toSorted((a, b) => a.start - b.start);
}
