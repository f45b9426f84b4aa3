/** Orbit of a spacecraft, from any text that says it: two lines (TLE), a CCSDS OMM or an ephemeris (OEM). */
import { ImportError } from "../import/findings";
import type { Station } from "./earth";
import { Elements } from "./elements";
import { Ephemeris, type Known } from "./ephemeris";
import { MessageError, readNavigationMessage } from "./navigationMessage";

export interface Orbit {
  /** Elevations in degrees at a time in seconds since 1970. */
  elevations(stations: readonly Station[], time: number): number[];
  /** Time that elements are of, which are the worse the further it is away. */
  readonly epoch?: number;
  /** Times for which an ephemeris says something, in their order. */
  readonly known?: readonly Known[];
}

/** What is wrong with a text. */
interface Problems {
  readonly problems: readonly string[];
}

/** @returns the orbit, or every problem */
export function readOrbit(text: string): Orbit | Problems {
  try {
    const json = text.trimStart();
    if (json.startsWith("[") || json.startsWith("{")) return ofJson(json);
    const message = readNavigationMessage(text);
    if (!message) return Elements.read(text);
    if (message.kind === "OEM") return Ephemeris.read(message.segments);
    return ofOne(message.segments.map(({ keys }) => keys));
  } catch (error) {
    if (error instanceof MessageError || error instanceof ImportError) return { problems: [error.message] };
    throw error;
  }
}

/** OMM in JSON: an object, or a list of one, whose keys are those of the standard. */
function ofJson(text: string): Orbit | Problems {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    return { problems: [`is no JSON: ${error instanceof Error ? error.message : String(error)}`] };
  }
  const list: readonly unknown[] = Array.isArray(document) ? document : [document];
  const objects = list.filter((each) => typeof each === "object" && each !== null);
  return ofOne(
    objects.map(
      (each) => new Map(Object.entries(each).map(([key, value]) => [key.toUpperCase(), `${value ?? ""}`])),
    ),
  );
}

function ofOne(all: readonly ReadonlyMap<string, string>[]): Orbit | Problems {
  const [first] = all;
  if (first && all.length === 1) return Elements.ofMessage(first);
  const names = all.slice(0, 5).map((keys) => keys.get("OBJECT_NAME") ?? "?");
  return { problems: [`has the elements of ${all.length} objects (${names.join(", ")}); give those of one`] };
}
