"use strict";
/**
 * A planner that says where a spacecraft will be: `/orbit?hours=6`. Around it is what any program on a cluster needs: metrics
 * of its requests, whether it is healthy and ready, and an end that loses no request. It needs nothing but Node.
 */
const { createServer } = require("node:http");
const { setTimeout } = require("node:timers");
const { URL } = require("node:url");

const port = setting("PORT", 8080, 65_535);
/** Part of the plans that fail: to see what happens then. */
const failRatio = setting("FAIL_RATIO", 0, 1);
/** Seconds for which it still answers once it is told to end: until then nobody is led to it any more. */
const drainSeconds = setting("DRAIN_SECONDS", 10, 300);

function setting(name, preset, most) {
  const given = process.env[name] ?? "";
  const number = given === "" ? preset : Number(given);
  if (number >= 0 && number <= most) return number;
  console.error(`${name} = "${given}": a number from 0 to ${most}`);
  return process.exit(2);
}

/** Longest plan: a week. It takes some 100 ms of a processor. */
const mostHours = 168;
const stepSeconds = 10;
/** Of the Earth, in km and seconds: gravitational parameter, radius. */
const [gravity, radius] = [398_600.4418, 6_378.137];

/** Where a spacecraft is hours after its perigee at 500 km, step by step by Runge and Kutta's fourth order. */
function orbit(hours) {
  let state = [radius + 500, 0, 0, 7.7];
  const change = ([x, y, vx, vy]) => {
    const pull = -gravity / Math.hypot(x, y) ** 3;
    return [vx, vy, pull * x, pull * y];
  };
  const moved = (rates, seconds) => state.map((value, i) => value + rates[i] * seconds);
  for (let second = 0; second < hours * 3600; second += stepSeconds) {
    const a = change(state);
    const b = change(moved(a, stepSeconds / 2));
    const c = change(moved(b, stepSeconds / 2));
    const d = change(moved(c, stepSeconds));
    state = state.map((value, i) => value + ((a[i] + 2 * b[i] + 2 * c[i] + d[i]) / 6) * stepSeconds);
  }
  const [x, y, vx, vy] = state;
  return { hours, altitudeKm: Math.hypot(x, y) - radius, speedKmPerSecond: Math.hypot(vx, vy) };
}

/** Status and body of the answer to a request. */
function answer(method, { pathname, searchParams }) {
  if (method !== "GET" && method !== "HEAD") return [405, { error: "GET and HEAD only" }];
  if (pathname === "/") return [200, { plans: "/orbit?hours=6" }];
  if (pathname !== "/orbit") return [404, { error: "there is /orbit?hours=6" }];
  const text = searchParams.get("hours") ?? "";
  const hours = Number(text);
  if (text === "" || !(hours >= 0 && hours <= mostHours)) {
    return [400, { error: `hours: a number from 0 to ${mostHours}` }];
  }
  if (Math.random() < failRatio) return [500, { error: "FAIL_RATIO says so" }];
  return [200, orbit(hours)];
}

/** Requests by status; at zero from the start, so that the first failure is an increase that Prometheus sees. */
const requests = new Map([200, 400, 404, 405, 500].map((code) => [code, 0]));
const bounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
const durations = { buckets: bounds.map(() => 0), sum: 0, count: 0 };

function count(code, seconds) {
  requests.set(code, (requests.get(code) ?? 0) + 1);
  bounds.forEach((bound, i) => (durations.buckets[i] += seconds <= bound ? 1 : 0));
  durations.sum += seconds;
  durations.count += 1;
}

const metrics = () =>
  [
    "# HELP planner_requests_total Requests that were answered, by status.",
    "# TYPE planner_requests_total counter",
    ...[...requests].map(([code, total]) => `planner_requests_total{code="${code}"} ${total}`),
    "# HELP planner_request_duration_seconds Time that an answer took, once its request was read.",
    "# TYPE planner_request_duration_seconds histogram",
    ...bounds.map(
      (bound, i) => `planner_request_duration_seconds_bucket{le="${bound}"} ${durations.buckets[i]}`,
    ),
    `planner_request_duration_seconds_bucket{le="+Inf"} ${durations.count}`,
    `planner_request_duration_seconds_sum ${durations.sum}`,
    `planner_request_duration_seconds_count ${durations.count}`,
    "",
  ].join("\n");

let isEnding = false;

/** What Kubernetes and Prometheus ask; it does not count. */
const pages = {
  "/healthz": () => [200, "healthy\n"],
  "/readyz": () => (isEnding ? [503, "ends\n"] : [200, "ready\n"]),
  "/metrics": () => [200, metrics()],
};

const server = createServer((request, response) => {
  const start = process.hrtime.bigint();
  const url = new URL(request.url ?? "/", "http://planner");
  // Whoever asks again shall find another pod.
  if (isEnding) response.setHeader("Connection", "close");
  const page = pages[url.pathname];
  if (page !== undefined) {
    const [code, text] = page();
    response.writeHead(code, { "Content-Type": "text/plain; version=0.0.4" }).end(text);
    return;
  }
  const [code, body] = answer(request.method, url);
  response.writeHead(code, { "Content-Type": "application/json" }).end(`${JSON.stringify(body)}\n`);
  count(code, Number(process.hrtime.bigint() - start) / 1e9);
});

// Longer than the gateway keeps a connection that nobody uses (90 s): it never sends a request into one that ends.
server.keepAliveTimeout = 100_000;
server.listen(port, () => console.log(`listens on port ${port}`));

function end() {
  if (isEnding) return;
  isEnding = true;
  setTimeout(() => {
    server.close(() => process.exit(0));
    server.closeIdleConnections();
  }, drainSeconds * 1000);
}
process.on("SIGTERM", end);
process.on("SIGINT", end);
