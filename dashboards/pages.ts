/** Dashboards of any number of panels: one that is too big for a ConfigMap is made as several. */
import type { Dictionary } from "../telemetry/dictionary";
import { objectName } from "../telemetry/objectName";
import { type Frame, frame, mostOfUid, subsystemTag } from "./frame";
import type { Builder, model } from "./sdk";

type Panel = Builder<model.Panel>;

/** Size of a dashboard's panels in bytes: half of what a ConfigMap holds. */
const mostBytes = 512 * 1024;

export interface Paged extends Omit<Frame, "uid"> {
  /** Start of the uid, and the identifier that follows it. */
  readonly uid: readonly [prefix: string, identifier: string];
}

/** The panels on one dashboard, or on several: the second is named `... (2)` and stands in the menu of subsystems. */
export function pages(
  dictionary: Dictionary,
  { uid: [prefix, identifier], ...spec }: Paged,
  panels: readonly Panel[],
): model.DashboardBuilder[] {
  return split(panels).map((those, i) => {
    const isFirst = i === 0;
    const board = frame(dictionary, {
      ...spec,
      uid: objectName(prefix, identifier, mostOfUid, isFirst ? "" : String(i + 1)),
      ...(!isFirst && { title: `${spec.title} (${i + 1})`, tags: [subsystemTag] }),
    });
    for (const panel of those) board.withPanel(panel);
    return board;
  });
}

function split(panels: readonly Panel[]): Panel[][] {
  const made: Panel[][] = [[]];
  let bytes = 0;
  for (const panel of panels) {
    // As deep as on a dashboard, where each line is indented.
    const more = Buffer.byteLength(JSON.stringify([[panel.build()]], null, 2));
    if (bytes > 0 && bytes + more > mostBytes) {
      made.push([]);
      bytes = 0;
    }
    made.at(-1)?.push(panel);
    bytes += more;
  }
  return made;
}
