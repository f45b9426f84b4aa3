/** Common frame of all dashboards: uids, variables, annotations, and links between them. */
import { type Dictionary, exporterMetricNames as names } from "../telemetry/dictionary";
import { objectName } from "../telemetry/objectName";
import { rolesOf } from "../telemetry/rules";
import { alarms, chosen, datasource } from "./queries";
import { type Builder, model } from "./sdk";
import { colours } from "./style";

/** Longest uid that Grafana takes. */
export const mostOfUid = 40;

/** Prefix of the uids of the subsystems' dashboards. */
export const subsystemUid = "perigee-subsystem-";

/** Uids of the dashboards, part of their URLs: do not change them, bookmarks must stay valid. */
export const uids = {
  fleet: "perigee-fleet",
  spacecraft: "perigee-spacecraft",
  groundLink: "perigee-link",
  exporter: "perigee-exporter",
  subsystem: (name: string): string => objectName(subsystemUid, name, mostOfUid),
} as const;

export const subsystemTag = "perigee-subsystem";

export interface Frame {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly tags?: readonly string[];
  /** True when the viewer selects one spacecraft; otherwise the dashboard shows all. */
  readonly perSpacecraft: boolean;
}

/** Builder of a dashboard with the common variables and links, and alarms, passes and reboots as annotations. */
export function frame(
  dictionary: Dictionary,
  { uid, title, description, tags, perSpacecraft }: Frame,
): model.DashboardBuilder {
  return new model.DashboardBuilder(title)
    .uid(uid)
    .description(description)
    .tags(["perigee", ...(tags ?? [])])
    .timezone("utc")
    .time({ from: "now-3h", to: "now" })
    .refresh("10s")
    .tooltip(model.DashboardCursorSync.Crosshair)
    .readonly()
    .variables([datasourceVariable(), ...(perSpacecraft ? [spacecraftVariable()] : [])])
    .annotations(annotations(dictionary, perSpacecraft ? [chosen] : []).map(inTheOpen))
    .links(links().map(inTheOpen));
}

/** Builder without `placement`: the SDK's builders hide links and annotations in a menu. */
function inTheOpen<T extends { placement?: unknown }>(builder: Builder<T>): Builder<T> {
  return {
    build: () => {
      const built = builder.build();
      delete built.placement;
      return built;
    },
  };
}

function datasourceVariable(): model.DatasourceVariableBuilder {
  return new model.DatasourceVariableBuilder("datasource").label("Prometheus").type("prometheus");
}

function spacecraftVariable(): model.QueryVariableBuilder {
  return new model.QueryVariableBuilder("spacecraft")
    .label("Spacecraft")
    .datasource(datasource)
    .query(`label_values(${names.packetPeriod}, spacecraft)`)
    .refresh(model.VariableRefresh.OnTimeRangeChanged)
    .sort(model.VariableSort.AlphabeticalAsc);
}

function annotations(dictionary: Dictionary, of: readonly string[]): model.AnnotationQueryBuilder[] {
  const { pass, boots } = rolesOf(dictionary);
  const selector = `{${of.join(",")}}`;
  const drawn = (
    name: string,
    iconColor: string,
    expr: string,
    title: string,
    text: string,
  ): model.AnnotationQueryBuilder =>
    new model.AnnotationQueryBuilder()
      .name(name)
      .datasource(datasource)
      .enable(true)
      .iconColor(iconColor)
      .expr(expr)
      .step("15s")
      .titleFormat(title)
      .textFormat(text);
  const alarmText = "{{spacecraft}} {{subsystem}} {{parameter}}";
  return [
    drawn("Red alarms", colours.red, alarms('severity="critical"', ...of), "{{alertname}}", alarmText),
    drawn("Yellow alarms", colours.yellow, alarms('severity="warning"', ...of), "{{alertname}}", alarmText),
    ...(pass
      ? [
          drawn(
            "Passes",
            colours.pass,
            `${pass.metric}${selector} == 1`,
            "Pass",
            "{{spacecraft}} sees a ground station",
          ),
        ]
      : []),
    ...(boots
      ? [
          drawn(
            "Reboots",
            colours.reboot,
            // Not `changes`: a restarted simulator has a lower count, which is not a reboot.
            `${boots.metric}${selector} > min_over_time(${boots.metric}${selector}[2m])`,
            "Reboot",
            "The on-board computer of {{spacecraft}} started again",
          ),
        ]
      : []),
  ];
}

/** Links from the fleet to its parts, the same on every dashboard. */
function links(): model.DashboardLinkBuilder[] {
  const to = (title: string, uid: string): model.DashboardLinkBuilder =>
    new model.DashboardLinkBuilder(title)
      .type(model.DashboardLinkType.Link)
      .icon("dashboard")
      .url(`/d/${uid}`)
      .keepTime(true)
      .includeVars(true);
  return [
    to("Fleet", uids.fleet),
    to("Spacecraft", uids.spacecraft),
    new model.DashboardLinkBuilder("Subsystems")
      .type(model.DashboardLinkType.Dashboards)
      .tags([subsystemTag])
      .asDropdown(true)
      .keepTime(true)
      .includeVars(true),
    to("Ground link", uids.groundLink),
    to("Exporter", uids.exporter),
  ];
}

/**
 * Link of a spacecraft's name or value.
 * @param spacecraft default: the clicked value
 */
export function spacecraftLink(
  uid: string,
  title: string,
  spacecraft = "${__value.raw}",
): Builder<model.DashboardLink> {
  const link = new model.DashboardLinkBuilder(title)
    .type(model.DashboardLinkType.Link)
    .url(`/d/${uid}?var-spacecraft=${spacecraft}&var-datasource=\${datasource}&\${__url_time_range}`);
  return inTheOpen(link);
}
