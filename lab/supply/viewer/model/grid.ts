/** Places of panels, in pixels: Grafana's grid has 24 columns, and rows of 30 pixels with gaps of 8. */
import type { GridPosition, Panel } from "./dashboard";

const columns = 24;
const rowHeight = 30;
const gap = 8;

export interface Rectangle {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Place of a panel in a grid of this width. */
export function rectangle({ x, y, w, h }: GridPosition, width: number): Rectangle {
  const column = (width - gap * (columns - 1)) / columns;
  return {
    left: Math.round(x * (column + gap)),
    top: y * (rowHeight + gap),
    width: Math.round(w * column + (w - 1) * gap),
    height: h * rowHeight + (h - 1) * gap,
  };
}

/** Height of the grid in pixels. */
export function gridHeight(panels: readonly Panel[]): number {
  return Math.max(0, ...panels.map(({ gridPos: { y, h } }) => (y + h) * (rowHeight + gap) - gap));
}

/**
 * The panels that are seen, at their places.
 *
 * A row that was saved collapsed holds its panels inside, at the places that they have when it is open; one that was
 * saved open is followed by them. `toggled` holds the ids of the rows that are now the other way round.
 */
export function visiblePanels(panels: readonly Panel[], toggled: ReadonlySet<number>): Panel[] {
  const seen: Panel[] = [];
  let moved = 0;
  for (const section of sections(panels)) {
    const { row } = section;
    const own = row?.collapsed === true ? (row.panels ?? []) : section.panels;
    const isOpen = row === undefined || (row.collapsed === true) === toggled.has(row.id);
    const place = (panel: Panel): Panel => ({
      ...panel,
      gridPos: { ...panel.gridPos, y: panel.gridPos.y + moved },
    });
    if (row !== undefined) seen.push({ ...place(row), collapsed: !isOpen });
    if (isOpen) seen.push(...own.map(place));
    if (row === undefined || isOpen === (row.collapsed !== true)) continue;
    moved += isOpen ? heightBelow(row, own) : -heightBelow(row, own);
  }
  return seen;
}

interface Section {
  readonly row?: Panel;
  readonly panels: Panel[];
}

function sections(panels: readonly Panel[]): Section[] {
  const found: Section[] = [{ panels: [] }];
  const byPlace = (one: Panel, other: Panel): number =>
    one.gridPos.y - other.gridPos.y || one.gridPos.x - other.gridPos.x;
  for (const panel of [...panels].sort(byPlace)) {
    if (panel.type === "row") found.push({ row: panel, panels: [] });
    else found.at(-1)?.panels.push(panel);
  }
  return found;
}

/** Grid rows that a row's panels take below it. */
function heightBelow({ gridPos }: Panel, panels: readonly Panel[]): number {
  const top = gridPos.y + gridPos.h;
  return Math.max(0, ...panels.map((panel) => panel.gridPos.y + panel.gridPos.h - top));
}
