/** Data of a panel: its queries' answers as frames, transformed, with the field options applied. */
import {
  applyFieldOverrides,
  cacheFieldDisplayNames,
  type DataFrame,
  type GrafanaTheme2,
  transformDataFrame,
} from "@grafana/data";
import { lastValueFrom } from "rxjs";
import type { Panel, Target } from "../model/dashboard";
import { inQuery, interpolate } from "../model/interpolate";
import { aligned, durationMs, intervalVariables, stepMs } from "../model/intervals";
import { type Frame, frames } from "../model/prometheus";
import { queryInstant, queryRange } from "./api";
import { fieldConfigOf, fieldConfigRegistry } from "./fieldConfig";
import type { Session } from "./session";

/** A query and when it is asked. */
interface Question {
  readonly target: Target;
  readonly isRange: boolean;
}

/**
 * Frames of all queries of a panel, and what Prometheus, or the way to it, said of those that failed.
 * @param points width of the panel in pixels
 */
export async function panelData(
  panel: Panel,
  session: Session,
  points: number,
  signal: AbortSignal,
): Promise<{ raw: Frame[]; errors: string[] }> {
  const questions = (panel.targets ?? [])
    .filter(({ hide, expr }) => hide !== true && expr !== "")
    .flatMap((target): Question[] => [
      ...(target.instant === true ? [{ target, isRange: false }] : []),
      ...(target.instant !== true || target.range === true ? [{ target, isRange: true }] : []),
    ]);
  const tables = questions.filter(({ target }) => target.format === "table").length;
  const errors: string[] = [];
  const answers = await Promise.all(
    questions.map((question) =>
      answered(question, panel, session, points, tables > 1, signal).catch((error: unknown) => {
        if (signal.aborted) throw error;
        errors.push(messageOf(error));
        return [];
      }),
    ),
  );
  return { raw: answers.flat(), errors: [...new Set(errors)] };
}

async function answered(
  { target, isRange }: Question,
  panel: Panel,
  session: Session,
  points: number,
  amongOthers: boolean,
  signal: AbortSignal,
): Promise<Frame[]> {
  const fromMs = session.range.from.valueOf();
  const toMs = session.range.to.valueOf();
  const rangeMs = toMs - fromMs;
  const smallestMs =
    durationMs(session.replace(target.interval ?? "")) ??
    durationMs(session.replace(panel.interval ?? "")) ??
    session.scrapeMs;
  const step = stepMs({ rangeMs, points: panel.maxDataPoints ?? points, smallestMs });
  const own = new Map(Object.entries(intervalVariables(step, smallestMs, rangeMs)));
  const expression = interpolate(target.expr, (name) => own.get(name) ?? session.values.get(name), inQuery);
  const legendFormat = session.replace(target.legendFormat ?? "");
  const source = sourceOf(target.datasource?.uid, session);
  const request = { target: { ...target, legendFormat }, expression, amongOthers };
  if (!isRange) return frames(await queryInstant(source, expression, toMs, signal), request);
  const query = { expression, ...aligned(fromMs, toMs, step), stepMs: step };
  return frames(await queryRange(source, query, signal), { ...request, stepMs: step });
}

/** Uid of a data source, which may be given by a variable. */
export function sourceOf(
  uid: string | undefined,
  { replace, source }: Pick<Session, "replace" | "source">,
): string {
  const named = replace(uid ?? "");
  return named === "" || named.includes("$") ? source : named;
}

/** The frames as the panel shows them. */
export async function prepared(
  raw: readonly Frame[],
  panel: Panel,
  { replace, timeZone }: Session,
  theme: GrafanaTheme2,
): Promise<DataFrame[]> {
  const steps = (panel.transformations ?? []).map(({ id, options }) => ({ id, options }));
  const context = { interpolate: (text: string) => replace(text) };
  const transformed = await lastValueFrom(transformDataFrame(steps, raw as unknown as DataFrame[], context));
  const shown = applyFieldOverrides({
    ...{ data: transformed, fieldConfig: fieldConfigOf(panel), fieldConfigRegistry },
    ...{ replaceVariables: replace, theme, timeZone },
  });
  // Tables read only the cached names.
  cacheFieldDisplayNames(shown);
  return shown;
}

export function messageOf(error: unknown): string {
  if (error instanceof DOMException && error.name === "TimeoutError") return "no answer in time";
  return error instanceof Error ? error.message : String(error);
}
