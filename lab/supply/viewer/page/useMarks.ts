/** Marks of a dashboard's annotations as state. */
import { useEffect, useState } from "react";
import { defaultStepMs, type Mark, marks } from "../model/annotations";
import type { Annotation } from "../model/dashboard";
import { inQuery, interpolate } from "../model/interpolate";
import { aligned, durationMs, stepMs } from "../model/intervals";
import { queryRange } from "./api";
import { messageOf, sourceOf } from "./queries";
import type { Session } from "./session";

/** Points of an annotation's query: as many as a wide panel has pixels. */
const points = 1_000;

/** The marks of all annotations of a session, and why some are missing. */
export function useMarks(session: Omit<Session, "marks"> | undefined): {
  marks: readonly Mark[];
  problem?: string;
} {
  const [found, setFound] = useState<{ marks: readonly Mark[]; problem?: string }>({ marks: [] });
  const { dashboard, range, values } = session ?? {};
  useEffect(() => {
    if (session === undefined) return;
    const ending = new AbortController();
    const enabled = (session.dashboard.annotations?.list ?? []).filter(
      ({ enable, expr }) => enable !== false && expr !== undefined && expr !== "",
    );
    Promise.all(enabled.map((annotation) => asked(annotation, session, ending.signal))).then(
      (all) => setFound({ marks: all.flat() }),
      (error: unknown) => {
        if (!ending.signal.aborted) setFound({ marks: [], problem: `Annotations: ${messageOf(error)}` });
      },
    );
    return () => ending.abort();
  }, [dashboard, range, values]);
  return found;
}

async function asked(
  annotation: Annotation,
  session: Omit<Session, "marks">,
  signal: AbortSignal,
): Promise<Mark[]> {
  const { range, values, replace } = session;
  const fromMs = range.from.valueOf();
  const toMs = range.to.valueOf();
  const smallestMs = durationMs(replace(annotation.step ?? "")) ?? defaultStepMs;
  const step = stepMs({ rangeMs: toMs - fromMs, points, smallestMs });
  const expression = interpolate(annotation.expr ?? "", (name) => values.get(name), inQuery);
  const query = { expression, ...aligned(fromMs, toMs, step), stepMs: step };
  return marks(
    await queryRange(sourceOf(annotation.datasource?.uid, session), query, signal),
    annotation,
    step,
  );
}
