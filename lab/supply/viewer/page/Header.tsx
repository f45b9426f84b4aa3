/** Head of the page: what this is, the dashboards, the range of time; below it the variables and the dashboard's links. */
import type { TimeRange } from "@grafana/data";
import { Button, Dropdown, Icon, Menu, RefreshPicker, TimeRangePicker, useTheme2 } from "@grafana/ui";
import type { FoundDashboard } from "./api";
import type { Location } from "./useAddress";
import { type LiveRange, movedRange, rangeParameters } from "./useRange";

interface Props {
  readonly title: string;
  readonly found: readonly FoundDashboard[];
  readonly live: LiveRange;
  readonly timeZone: string;
  readonly location: Location;
  readonly onTimeZone: (timeZone: string) => void;
}

export function Header({ title, found, live, timeZone, location: { setParameters }, onTimeZone }: Props) {
  const { colors, typography } = useTheme2();
  const { range, interval, refresh } = live;
  const move = (how: "back" | "forth" | "out") => () => setParameters(movedRange(range, how));
  return (
    <header
      style={{
        ...{ display: "flex", flexWrap: "wrap", alignItems: "center", gap: 12, padding: "8px 16px" },
        ...{ background: colors.background.primary, borderBottom: `1px solid ${colors.border.weak}` },
        ...{ position: "sticky", top: 0, zIndex: 100 },
      }}
    >
      <Dropdown overlay={<Dashboards found={found} />}>
        <Button variant="secondary" fill="text" icon="apps" aria-label="Dashboards">
          Dashboards
        </Button>
      </Dropdown>
      <h1 style={{ ...typography.h5, margin: 0 }}>{title}</h1>
      <span style={{ ...typography.bodySmall, color: colors.text.secondary }}>
        <Icon name="eye" size="sm" /> Perigee&apos;s read-only dashboard viewer, not Grafana
      </span>
      <div style={{ marginLeft: "auto", display: "flex", gap: 8 }}>
        <TimeRangePicker
          {...{ value: range, timeZone, onChangeTimeZone: onTimeZone }}
          onChange={(chosen: TimeRange) => setParameters(rangeParameters(chosen))}
          onMoveBackward={move("back")}
          onMoveForward={move("forth")}
          onZoom={move("out")}
        />
        <RefreshPicker
          value={interval}
          onRefresh={refresh}
          onIntervalChanged={(chosen) => setParameters({ refresh: chosen })}
          intervals={["5s", "10s", "30s", "1m", "5m"]}
        />
      </div>
    </header>
  );
}

function Dashboards({ found }: { found: readonly FoundDashboard[] }) {
  return (
    <Menu>
      {found.map(({ uid, title, url }) => (
        <Menu.Item key={uid} label={title} url={url} />
      ))}
    </Menu>
  );
}
