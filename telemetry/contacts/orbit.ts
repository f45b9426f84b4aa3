/** Orbit of a spacecraft, from any text that says it: two lines (TLE), a CCSDS OMM or an ephemeris (OEM). */
import { ImportError } from "../import/findings";
import { reasonOf } from "../reasonOf";
import { cellsOf, linesOf } from "./csv";
import type { Station } from "./earth";
import { catalogNumber, Elements, type Problems } from "./elements";
import { Ephemeris, type Known } from "./ephemeris";
import { MessageError, readNavigationMessage } from "./navigationMessage";
import { type ElementSet, newestElements } from "./newestElements";
import { twoLinesOf } from "./twoLines";

export interface Orbit {
  /** Elevations in degrees at a time in seconds since 1970. */
  elevations(stations: readonly Station[], time: number): number[];
  /** Time that elements are of, which are the worse the further it is away. */
  readonly epoch?: number;
  /** Times for which an ephemeris says something, in their order. */
  readonly known?: readonly Known[];
}

/** @returns the orbit, or every problem */
export function readOrbit(written: string): Orbit | Problems {
  const text = written.replace(/^\uFEFF/, "");
  try {
    const start = text.trimStart();
    if (start.startsWith("[") || start.startsWith("{")) return ofJson(start);
    const message = readNavigationMessage(text);
    if (message?.kind === "OEM") return Ephemeris.read(message.segments);
    if (message) return ofMessages(message.segments.map(({ keys }) => keys));
    return isCsv(text) ? ofCsv(text) : ofLines(text);
  } catch (error) {
    if (error instanceof MessageError || error instanceof ImportError) return { problems: [error.message] };
    throw error;
  }
}

function ofLines(text: string): Orbit | Problems {
  const found = twoLinesOf(text);
  if (found.length === 0) return { problems: ["has neither two-line elements nor a CCSDS OMM or OEM"] };
  return newestElements(
    found.map((lines): ElementSet => {
      const object = catalogNumber(lines.first ?? lines.second ?? "");
      return { object, name: lines.name ?? object.trim(), read: () => Elements.ofLines(lines) };
    }),
  );
}

type Keys = ReadonlyMap<string, string>;

/** OMM in JSON: an object, or a list of them, whose keys are those of the standard. */
function ofJson(text: string): Orbit | Problems {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    return { problems: [`is no JSON: ${reasonOf(error)}`] };
  }
  const list: readonly unknown[] = Array.isArray(document) ? document : [document];
  const objects = list.filter((each) => typeof each === "object" && each !== null);
  return ofMessages(
    objects.map(
      (each): Keys =>
        new Map(Object.entries(each).map(([key, value]) => [key.toUpperCase(), `${value ?? ""}`])),
    ),
  );
}

/** True when the first line names keys of an OMM as columns. */
function isCsv(text: string): boolean {
  const cells = cellsOf(linesOf(text)[0]?.text ?? "").map((cell) => cell.toUpperCase());
  return cells.includes("EPOCH") && cells.includes("MEAN_MOTION");
}

/** OMM in CSV, a set a line. */
function ofCsv(text: string): Orbit | Problems {
  const [head, ...rows] = linesOf(text);
  const keys = cellsOf(head?.text ?? "").map((cell) => cell.toUpperCase());
  return ofMessages(
    rows.map((row): Keys => new Map(cellsOf(row.text).map((cell, i) => [keys[i] ?? "", cell]))),
  );
}

function ofMessages(all: readonly Keys[]): Orbit | Problems {
  return newestElements(
    all.map((keys): ElementSet => {
      const [number, id, name] = ["NORAD_CAT_ID", "OBJECT_ID", "OBJECT_NAME"].map((key) => keys.get(key));
      const object = number || id || name;
      return { object, name: name || object || "?", read: () => Elements.ofMessage(keys) };
    }),
  );
}
