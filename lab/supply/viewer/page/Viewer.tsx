/** The page: reads the dashboard that the address names, its variables and its data, and draws it. */
import { Alert, useTheme2 } from "@grafana/ui";
import { type ReactNode, useEffect, useMemo, useState } from "react";
import type { Dashboard } from "../model/dashboard";
import { durationMs } from "../model/intervals";
import { variableParameters } from "../model/links";
import { type DataSource, dataSources, type FoundDashboard, readDashboard, search } from "./api";
import { Controls } from "./Controls";
import { Grid } from "./Grid";
import { Header } from "./Header";
import { messageOf } from "./queries";
import { replacer } from "./replace";
import { type Session, SessionContext } from "./session";
import type { Location } from "./useAddress";
import { useMarks } from "./useMarks";
import { rangeParameters, useRange } from "./useRange";
import { useVariables, type Variables } from "./useVariables";

export function Viewer({ location }: { location: Location }) {
  const { address, setParameters } = location;
  const read = useDashboard(address.uid);
  const [ownZone, setOwnZone] = useState<string>();
  const timeZone = ownZone ?? (read.dashboard?.timezone || "browser");
  const live = useRange(read.dashboard, address, timeZone);
  const variables = useVariables(read.dashboard, address, live.range, read.sources);
  const session = useMemo(
    () => sessionOf(read, variables, live.range, timeZone, setParameters),
    [read, variables, live.range, timeZone, setParameters],
  );
  const { marks, problem } = useMarks(session);
  const whole = useMemo(() => session && { ...session, marks }, [session, marks]);
  const title = read.dashboard?.title ?? "";
  useEffect(() => {
    document.title = `${title || "Dashboards"} - Perigee`;
  }, [title]);
  return (
    <Page>
      <Header {...{ title, found: read.found, live, timeZone, location, onTimeZone: setOwnZone }} />
      <Problems problems={[read.problem, problem]} />
      {whole !== undefined && (
        <SessionContext.Provider value={whole}>
          <Controls choices={variables?.choices ?? []} location={location} />
          <main style={{ padding: "0 16px 16px" }}>
            <Grid key={whole.dashboard.uid} />
          </main>
        </SessionContext.Provider>
      )}
    </Page>
  );
}

interface ReadDashboard {
  readonly dashboard?: Dashboard;
  readonly found: readonly FoundDashboard[];
  readonly sources: readonly DataSource[];
  readonly problem?: string;
}

const retryMs = 5_000;

/** The dashboard of a uid with all that there are; what was read of another one stays until it is here. */
function useDashboard(uid: string): ReadDashboard {
  const [read, setRead] = useState<ReadDashboard>({ found: [], sources: [] });
  useEffect(() => {
    let isOver = false;
    const load = async (): Promise<ReadDashboard> => {
      const [{ value: found, problem }, sources] = await Promise.all([search(), dataSources()]);
      const base = { found, sources, ...(problem !== undefined && { problem }) };
      if (uid === "") return { ...base, problem: problem ?? "There is no dashboard yet." };
      return readDashboard(uid).then(
        (dashboard) => ({ ...base, dashboard }),
        (error: unknown) => ({ ...base, problem: messageOf(error) }),
      );
    };
    load().then(
      (now) => !isOver && setRead(now),
      (error: unknown) => !isOver && setRead((before) => ({ ...before, problem: messageOf(error) })),
    );
    // The server leads from here to the home dashboard, once it has one.
    const retry = uid === "" ? setTimeout(() => window.location.reload(), retryMs) : undefined;
    return () => {
      isOver = true;
      clearTimeout(retry);
    };
  }, [uid]);
  return read;
}

function sessionOf(
  { dashboard, found, sources }: ReadDashboard,
  variables: Variables | undefined,
  range: Session["range"],
  timeZone: string,
  setParameters: Location["setParameters"],
): Omit<Session, "marks"> | undefined {
  if (dashboard === undefined || variables === undefined) return undefined;
  const time = new URLSearchParams(rangeParameters(range)).toString();
  const chosen = new Map(variables.choices.map(({ variable, chosen: values }) => [variable.name, values]));
  const kept = { time, variables: variableParameters(chosen) };
  const values = new Map(variables.values)
    .set("__from", String(range.from.valueOf()))
    .set("__to", String(range.to.valueOf()))
    .set("__dashboard", dashboard.title);
  const replace = replacer({ values, timeParameters: time, variableParameters: kept.variables });
  return {
    ...{ dashboard, found, range, timeZone, values: variables.values, replace, kept },
    source: sources[0]?.uid ?? "",
    scrapeMs: durationMs(sources[0]?.jsonData.timeInterval ?? "") ?? 15_000,
    zoom: ({ from, to }) => setParameters({ from: String(Math.round(from)), to: String(Math.round(to)) }),
  };
}

function Problems({ problems }: { problems: readonly (string | undefined)[] }) {
  return problems
    .filter((problem) => problem !== undefined)
    .map((problem) => <Alert key={problem} severity="warning" title={problem} style={{ margin: 16 }} />);
}

function Page({ children }: { children: ReactNode }) {
  const { colors } = useTheme2();
  return <div style={{ minHeight: "100vh", background: colors.background.canvas }}>{children}</div>;
}
