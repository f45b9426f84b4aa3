/**
 * Lines a second from a node's files into the store, what a line takes there, and how long questions take, beside grep
 * over the same lines; and entries of an audit log a second:
 *   npm run bench:logs [-- PATH_OF_VLAGENT]
 * With the path of a vlagent it reads the same file the same way, for comparison.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { builtProgram } from "../../test/support/builtProgram";
import { LogRig } from "../../test/support/workloads/logRig";

const lines = 300_000;
const pod = { namespace: "bench", pod: "writer-0", container: "writer" };

/** Every third line is an event of the exporter, every third a text with a level, the others a request. */
function lineOf(i: number): string {
  switch (i % 3) {
    case 0:
      return JSON.stringify({
        ...{ time: new Date().toISOString(), kind: "event", severity: "info", spacecraft: "perigee-1" },
        ...{ apid: 17, packet: "evs", sequenceCount: i % 16_384, source: "TO_LAB", id: 1000 + (i % 50) },
        message: `counter ${i} of the telemetry output`,
      });
    case 1:
      return `time="2026-11-27T10:00:00Z" level=info msg="reconciled ${i}" controller=shop took=${i % 97}ms`;
    default:
      return `10.244.1.${i % 250} - - "GET /orders/${i} HTTP/1.1" 200 ${i % 5000} "-" "curl/8.5"`;
  }
}

/** Entries of the audit log: every fiftieth has a large object in it, as those of definitions and rules are. */
const entries = 20_000;

function entryOf(i: number): string {
  const object = {
    metadata: { name: `object-${i}` },
    spec: { text: `key of the password ${i} `.repeat(i % 50 ? 30 : 3_000) },
  };
  return JSON.stringify({
    ...{
      kind: "Event",
      apiVersion: "audit.k8s.io/v1",
      level: "Request",
      auditID: `id-${i}`,
      stage: "ResponseComplete",
    },
    ...{ requestURI: `/apis/apps/v1/namespaces/bench/deployments/object-${i}`, verb: "update" },
    ...{ user: { username: "kubernetes-admin" }, sourceIPs: ["192.0.2.7"], userAgent: "kubectl/v1.36.3" },
    objectRef: { resource: "deployments", namespace: "bench", name: `object-${i}` },
    ...{
      responseStatus: { code: 200 },
      requestObject: object,
      stageTimestamp: new Date().toISOString().replace("Z", "000Z"),
    },
  });
}

/** Processor seconds of a process, and the most memory that it had, in MiB. */
function usageOf({ pid }: ChildProcess): { readonly seconds: number; readonly peakMiB: number } {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  const peak = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return { seconds: (Number(stat[11]) + Number(stat[12])) / 100, peakMiB: Number(peak) / 1024 };
}

const print = (text: string): boolean => process.stdout.write(`${text}\n`);

async function until(count: () => Promise<number>, all = lines): Promise<void> {
  while ((await count()) < all) await sleep(200);
}

async function main(): Promise<void> {
  const [collector, store] = [
    builtProgram("log-collector", "otelcol"),
    builtProgram("log-store", "victoria-logs"),
  ];
  if (collector === undefined || store === undefined) {
    throw new Error("the programs are not built: tsx lab/supply/toolchain/build.ts log-collector log-store");
  }
  const rig = await LogRig.make({ collector, store });
  try {
    const raw = join(rig.folder, "raw.log");
    writeFileSync(raw, Array.from({ length: lines }, (_, i) => `${lineOf(i)}\n`).join(""));
    await rig.log(
      pod,
      Array.from({ length: lines }, (_, i) => lineOf(i)),
    );
    const storing = await rig.startStore();
    const began = performance.now();
    const collecting = await rig.startCollector();
    const stored = async (filter: string): Promise<number> => {
      const [record] = await rig.find(`${filter} | stats count() as lines`);
      return Number(record?.["lines"] ?? 0);
    };
    await until(() => stored(`container:="writer"`));
    const wall = (performance.now() - began) / 1000;
    const all = await stored(`container:="writer"`);
    if (all !== lines) throw new Error(`${all} records of ${lines} lines`);
    const [own, kept] = [usageOf(collecting), usageOf(storing)];
    const rawBytes = statSync(raw).size;
    print(`${lines} lines, ${Math.round(rawBytes / lines)} bytes each; none lost, none twice`);
    print(
      `collector   ${Math.round(lines / own.seconds)} lines per processor second, ${own.peakMiB.toFixed(0)} MiB at most`,
    );
    print(
      `store       ${Math.round(lines / kept.seconds)} lines per processor second, ${kept.peakMiB.toFixed(0)} MiB at most`,
    );
    print(`together    ${Math.round(lines / wall)} lines a second by the clock`);

    const audit = Array.from({ length: entries }, (_, i) => `${entryOf(i)}\n`).join("");
    await rig.write("kubernetes/audit.log", audit);
    await until(() => stored(`source:="audit"`), entries);
    const seconds = usageOf(collecting).seconds - own.seconds;
    const perByte = seconds / audit.length / (own.seconds / rawBytes);
    print(
      `audit log   ${Math.round(entries / seconds)} entries of ${(audit.length / entries / 1000).toFixed(1)} kB per processor second, ${perByte.toFixed(2)} of a line's time for each byte`,
    );

    await rig.stopStore();
    const size = Number(
      execFileSync("du", ["-sb", join(rig.folder, "store")], { encoding: "utf8" }).split("\t")[0],
    );
    print(
      `on disk     ${(size / lines).toFixed(1)} bytes a line, 1/${(rawBytes / size).toFixed(1)} of the lines`,
    );
    await rig.startStore();
    for (const [about, query, pattern] of [
      ["a word of one line", `"reconciled 299998"`, "reconciled 299998"],
      ["a level", `level:="info" | stats count() as lines`, "level=info"],
      ["all by their source", "* | stats by (source) count() as lines", ""],
    ] as const) {
      const from = performance.now();
      await rig.find(query);
      const asked = performance.now() - from;
      const before = performance.now();
      execFileSync("grep", ["-c", pattern, raw]);
      const grep = performance.now() - before;
      print(
        `query       ${about}: ${asked.toFixed(0)} ms, ${(asked / grep).toFixed(2)} of grep over the lines`,
      );
    }

    const rival = process.argv[2];
    if (rival !== undefined) await compare(rig, rival, raw, own.seconds);
  } finally {
    await rig.stop();
  }
}

/** The same lines by vlagent's reader of files. */
async function compare(rig: LogRig, vlagent: string, raw: string, ownSeconds: number): Promise<void> {
  const child = spawn(
    vlagent,
    [
      ...[`-fileCollector.glob=${raw}`, '-fileCollector.extraFields={"rival":"yes"}'],
      ...[`-remoteWrite.url=${rig.storeUrl}/insert/native`, `-tmpDataPath=${join(rig.folder, "vlagent")}`],
      "-httpListenAddr=127.0.0.1:0",
    ],
    { stdio: "ignore" },
  );
  try {
    await until(async () => {
      const [record] = await rig.find(`rival:="yes" | stats count() as lines`);
      return Number(record?.["lines"] ?? 0);
    });
    const { seconds, peakMiB } = usageOf(child);
    print(
      `vlagent     ${Math.round(lines / seconds)} lines per processor second, ${peakMiB.toFixed(0)} MiB at most: ` +
        `${(ownSeconds / seconds).toFixed(1)} times as fast; it takes no secrets out and joins no traces`,
    );
  } finally {
    child.kill();
  }
}

void main();
