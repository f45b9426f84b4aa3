/** What every kind of panel is drawn from. */
import type { DataFrame } from "@grafana/data";
import type { Panel } from "../../model/dashboard";

export interface PanelProps {
  readonly panel: Panel;
  readonly frames: readonly DataFrame[];
  /** Pixels inside the panel's frame. */
  readonly width: number;
  readonly height: number;
}
