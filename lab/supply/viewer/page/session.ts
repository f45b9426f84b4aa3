/** What all parts of a shown dashboard share. */
import type { InterpolateFunction, TimeRange } from "@grafana/data";
import { createContext, useContext } from "react";
import type { Mark } from "../model/annotations";
import type { Dashboard } from "../model/dashboard";
import type { VariableValue } from "../model/interpolate";
import type { FoundDashboard } from "./api";

export interface Session {
  readonly dashboard: Dashboard;
  readonly found: readonly FoundDashboard[];
  readonly range: TimeRange;
  readonly timeZone: string;
  readonly values: ReadonlyMap<string, VariableValue>;
  readonly replace: InterpolateFunction;
  /** Parameters for links: the range of time, and the variables. */
  readonly kept: { readonly time: string; readonly variables: string };
  /** The data source of queries that name none. */
  readonly source: string;
  /** Scrape interval of the data source. */
  readonly scrapeMs: number;
  readonly marks: readonly Mark[];
  readonly zoom: (range: { from: number; to: number }) => void;
}

export const SessionContext = createContext<Session | undefined>(undefined);

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (session === undefined) throw new Error("there is no session around this component");
  return session;
}
