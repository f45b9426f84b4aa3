/** Requests to the viewer's server. */
import type { Dashboard } from "../model/dashboard";
import type { Answer } from "../model/prometheus";
import { rootPath } from "./root";

export interface FoundDashboard {
  readonly uid: string;
  readonly title: string;
  readonly url: string;
  readonly folderTitle: string;
  readonly tags: readonly string[];
}

export interface DataSource {
  readonly uid: string;
  readonly name: string;
  readonly type: string;
  readonly jsonData: { readonly timeInterval?: string };
}

/** An answer, and what the server says is wrong with its dashboards. */
interface Told<T> {
  readonly value: T;
  readonly problem?: string;
}

/** A query is given up after this time, as by the server. */
const limitMs = 35_000;

/** Whole address: relative ones of a page whose address has a name and a password in it are refused by the browser. */
const whole = (path: string): string => `${window.location.origin}${rootPath}${path}`;

async function get<T>(path: string): Promise<Told<T>> {
  const response = await fetch(whole(path), { signal: AbortSignal.timeout(limitMs) });
  const value = (await response.json().catch(() => ({}))) as T & { message?: string };
  if (!response.ok) throw new Error(value.message ?? `${path}: ${response.status}`);
  const problem = response.headers.get("x-perigee-problem");
  return problem === null ? { value } : { value, problem };
}

export const search = (): Promise<Told<FoundDashboard[]>> => get("/api/search");

export const dataSources = async (): Promise<DataSource[]> =>
  (await get<DataSource[]>("/api/datasources")).value;

export async function readDashboard(uid: string): Promise<Dashboard> {
  const { value } = await get<{ dashboard: Dashboard }>(`/api/dashboards/uid/${encodeURIComponent(uid)}`);
  return value.dashboard;
}

let open = 0;

/** True while Prometheus is asked for something. */
export const isBusy = (): boolean => open > 0;

/**
 * Data of an answer of Prometheus' query API.
 * @throws Error with Prometheus' own message
 */
async function askPrometheus<T>(...question: Parameters<typeof answerOf>): Promise<T> {
  open += 1;
  try {
    return (await answerOf(...question)) as T;
  } finally {
    open -= 1;
  }
}

async function answerOf(
  source: string,
  path: string,
  parameters: Readonly<Record<string, string>>,
  signal?: AbortSignal,
): Promise<unknown> {
  const limit = AbortSignal.timeout(limitMs);
  const isForm = !path.startsWith("label/");
  const form = new URLSearchParams(parameters);
  const passage = whole(`/api/datasources/proxy/uid/${encodeURIComponent(source)}/api/v1/${path}`);
  const response = await fetch(isForm ? passage : `${passage}?${form.toString()}`, {
    ...(isForm && { method: "POST", body: form }),
    signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
  });
  const answer = (await response.json().catch(() => ({}))) as {
    status?: string;
    data?: unknown;
    error?: string;
  };
  if (answer.status !== "success") throw new Error(answer.error ?? `Prometheus: status ${response.status}`);
  return answer.data;
}

export interface RangeQuery {
  readonly expression: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly stepMs: number;
}

export const queryRange = (source: string, query: RangeQuery, signal?: AbortSignal): Promise<Answer> =>
  askPrometheus(
    source,
    "query_range",
    {
      query: query.expression,
      start: String(query.fromMs / 1000),
      end: String(query.toMs / 1000),
      step: String(query.stepMs / 1000),
    },
    signal,
  );

export const queryInstant = (
  source: string,
  expression: string,
  atMs: number,
  signal?: AbortSignal,
): Promise<Answer> =>
  askPrometheus(source, "query", { query: expression, time: String(atMs / 1000) }, signal);

interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Values of a label, of the series that a selector matches if there is one. */
export const labelValues = (source: string, label: string, selector: string | undefined, span: Span) =>
  askPrometheus<string[]>(source, `label/${encodeURIComponent(label)}/values`, {
    ...(selector !== undefined && { "match[]": selector }),
    ...limits(span),
  });

export const labelNames = (source: string, span: Span): Promise<string[]> =>
  askPrometheus(source, "labels", limits(span));

const limits = ({ fromMs, toMs }: Span): Record<string, string> => ({
  start: String(fromMs / 1000),
  end: String(toMs / 1000),
});
