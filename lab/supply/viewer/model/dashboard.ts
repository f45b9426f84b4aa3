/** The parts of Grafana's dashboard JSON that the viewer reads. All else is passed on to Grafana's own code, or ignored. */

/** A dashboard, as the ConfigMaps have it. */
export interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly description?: string;
  readonly tags?: readonly string[];
  readonly timezone?: string;
  readonly time?: { readonly from: string; readonly to: string };
  /** Interval of the automatic refresh, e.g. `10s`; empty or false: none. */
  readonly refresh?: string | false;
  readonly panels?: readonly Panel[];
  readonly templating?: { readonly list?: readonly Variable[] };
  readonly annotations?: { readonly list?: readonly Annotation[] };
  readonly links?: readonly Link[];
}

export interface GridPosition {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

export interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title?: string;
  readonly description?: string;
  readonly gridPos: GridPosition;
  readonly transparent?: boolean;
  readonly targets?: readonly Target[];
  readonly options?: Readonly<Record<string, unknown>>;
  readonly fieldConfig?: FieldConfig;
  readonly transformations?: readonly { readonly id: string; readonly options: unknown }[];
  readonly links?: readonly Link[];
  /** Smallest interval of the panel's queries. */
  readonly interval?: string;
  readonly maxDataPoints?: number;
  /** Rows: whether their panels are hidden, and these panels while they are. */
  readonly collapsed?: boolean;
  readonly panels?: readonly Panel[];
}

interface FieldConfig {
  readonly defaults: Readonly<Record<string, unknown>>;
  readonly overrides: readonly {
    readonly matcher: { readonly id: string; readonly options?: unknown };
    readonly properties: readonly { readonly id: string; readonly value?: unknown }[];
  }[];
}

/** A query of a panel. */
export interface Target {
  readonly refId: string;
  readonly expr: string;
  readonly legendFormat?: string;
  readonly instant?: boolean;
  readonly range?: boolean;
  readonly format?: string;
  /** Smallest step. */
  readonly interval?: string;
  readonly hide?: boolean;
  readonly datasource?: Source;
}

interface Source {
  readonly type?: string;
  readonly uid?: string;
}

export interface Annotation {
  readonly name: string;
  readonly enable?: boolean;
  readonly expr?: string;
  readonly step?: string;
  readonly iconColor?: string;
  readonly titleFormat?: string;
  readonly textFormat?: string;
  readonly datasource?: Source;
}

/** A link of a dashboard, or of a panel. */
export interface Link {
  readonly title: string;
  readonly type?: string;
  readonly url?: string;
  readonly tags?: readonly string[];
  readonly asDropdown?: boolean;
  readonly keepTime?: boolean;
  readonly includeVars?: boolean;
  readonly targetBlank?: boolean;
  readonly tooltip?: string;
}

export interface Variable {
  readonly name: string;
  readonly type: string;
  readonly label?: string;
  readonly query?: string | { readonly query?: string };
  readonly regex?: string;
  readonly sort?: number;
  readonly multi?: boolean;
  readonly includeAll?: boolean;
  readonly allValue?: string;
  /** 1: only the label is hidden, 2: the variable. */
  readonly hide?: number;
  readonly datasource?: Source;
  readonly current?: { readonly value?: string | readonly string[] };
}
