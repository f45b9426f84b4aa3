/** The panels of a dashboard at their places; rows open and close. */
import { Icon, useTheme2 } from "@grafana/ui";
import { useEffect, useMemo, useRef, useState } from "react";
import type { Panel } from "../model/dashboard";
import { gridHeight, rectangle, visiblePanels } from "../model/grid";
import { PanelView } from "./PanelView";
import { useSession } from "./session";

export function Grid() {
  const { dashboard } = useSession();
  const place = useRef<HTMLDivElement>(null);
  const width = useWidth(place);
  const [toggled, setToggled] = useState<ReadonlySet<number>>(new Set());
  const toggle = (id: number): void =>
    setToggled(
      (before) => new Set(before.has(id) ? [...before].filter((one) => one !== id) : [...before, id]),
    );
  // The same objects until a row opens or closes: a new panel asks for its data.
  const panels = useMemo(() => visiblePanels(dashboard.panels ?? [], toggled), [dashboard, toggled]);
  return (
    <div ref={place} style={{ position: "relative", height: gridHeight(panels) }}>
      {width > 0 &&
        panels.map((panel) => {
          const { left, top, ...size } = rectangle(panel.gridPos, width);
          return (
            <div key={panel.id} style={{ position: "absolute", left, top, ...size }}>
              {panel.type === "row" ? (
                <RowTitle panel={panel} onToggle={() => toggle(panel.id)} />
              ) : (
                <PanelView {...{ panel, ...size }} />
              )}
            </div>
          );
        })}
    </div>
  );
}

function RowTitle({ panel, onToggle }: { panel: Panel; onToggle: () => void }) {
  const { replace } = useSession();
  const { colors, typography } = useTheme2();
  const look = {
    background: "none",
    border: "none",
    color: colors.text.primary,
    fontWeight: typography.fontWeightMedium,
  };
  return (
    <button
      type="button"
      onClick={onToggle}
      aria-expanded={panel.collapsed !== true}
      style={{ ...look, height: 30 }}
    >
      <Icon name={panel.collapsed === true ? "angle-right" : "angle-down"} /> {replace(panel.title ?? "")}
    </button>
  );
}

function useWidth(place: React.RefObject<HTMLDivElement | null>): number {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)));
    if (place.current !== null) observer.observe(place.current);
    return () => observer.disconnect();
  }, [place]);
  return width;
}
