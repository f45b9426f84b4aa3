/**
 * Backup and restore on a running lab (`make up`) by number of objects: duration and size of a backup, what it does to
 * the API's latency, duration of a restore on the machine that is there; and of one on a new machine against the time
 * of a fresh cluster. Prints Markdown tables; leaves the lab as it was.
 *
 *   npm run bench:backup -- [objects...]      default: 10 10000 100000
 */
import { Agent, request } from "node:https";
import { parse } from "yaml";
import { controlPlane, engineSucceeds, killMachine, kubectl, outputs, ssh } from "../../test/support/lab/lab";
import { circumstances, load, markdown, median, progress } from "./circumstances";

const namespace = "bench";
/** Size of an object's value in bytes: with its metadata, about what an application's object has. */
const valueBytes = 1000;
const parallel = 40;
const restSeconds = 20;

interface Api {
  readonly agent: Agent;
  readonly url: string;
}

async function api(): Promise<Api> {
  const { kubeconfig } = await outputs();
  const { clusters, users } = parse(kubeconfig) as {
    clusters: { cluster: Record<string, string> }[];
    users: { user: Record<string, string> }[];
  };
  const decoded = (text: string | undefined): Buffer => Buffer.from(text ?? "", "base64");
  return {
    url: clusters[0]?.cluster["server"] ?? "",
    agent: new Agent({
      keepAlive: true,
      maxSockets: parallel,
      ca: decoded(clusters[0]?.cluster["certificate-authority-data"]),
      cert: decoded(users[0]?.user["client-certificate-data"]),
      key: decoded(users[0]?.user["client-key-data"]),
    }),
  };
}

/** Milliseconds that one request takes. */
function ask({ agent, url }: Api, method: string, path: string, body?: object): Promise<number> {
  const start = performance.now();
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json" };
    const asked = request(`${url}${path}`, { agent, method, headers, timeout: 60_000 }, (answer) => {
      answer.resume().on("end", () => {
        const status = answer.statusCode ?? 0;
        if (status < 400 || status === 409) resolve(performance.now() - start);
        else reject(new Error(`${method} ${path}: ${status}`));
      });
    });
    asked.on("timeout", () => asked.destroy(new Error(`${path}: no answer in a minute`)));
    asked.on("error", reject).end(body === undefined ? undefined : JSON.stringify(body));
  });
}

/** Objects that nothing on a cluster watches: ConfigMaps would measure the memory of those who keep each of them. */
const objectsPath = `/api/v1/namespaces/${namespace}/podtemplates`;

const podTemplate = (metadata: object, word: string): object => ({
  metadata,
  template: {
    spec: {
      containers: [{ name: "a", image: "registry.k8s.io/pause", env: [{ name: "WORD", value: word }] }],
    },
  },
});

async function fill(server: Api, from: number, to: number): Promise<void> {
  let next = from;
  const one = async (): Promise<void> => {
    while (next < to) {
      const number = next++;
      // Random text: the backup must not be smaller than that of real data.
      const word = Array.from({ length: valueBytes }, () => Math.random().toString(36)[2] ?? "0").join("");
      await ask(server, "POST", objectsPath, podTemplate({ name: `object-${number}` }, word));
      if (number % 10_000 === 0) progress(`${number} objects`);
    }
  };
  await Promise.all(Array.from({ length: parallel }, one));
}

/** Latencies in ms of reads and writes, one after the other, until `over`. */
async function latencies(server: Api, over: () => boolean): Promise<number[]> {
  const found: number[] = [];
  for (let number = 0; !over(); number++) {
    found.push(await ask(server, "GET", `${objectsPath}/object-${number % 10}`));
    found.push(await ask(server, "POST", objectsPath, podTemplate({ generateName: "probe-" }, "probe")));
  }
  return found;
}

const p99 = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length * 0.99)] ?? Number.NaN;

async function metric(name: string): Promise<number> {
  return Number(
    await ssh(controlPlane, `sed -n 's/^perigee_backup_${name} //p' /var/lib/perigee/metrics/backup.prom`),
  );
}

const lastBackup = (): Promise<string> =>
  kubectl("-n", "kube-system", "get", "configmap/perigee-backup", "-o", "jsonpath={.data.object}");

async function seconds(what: () => Promise<unknown>): Promise<number> {
  const start = Date.now();
  await what();
  return (Date.now() - start) / 1000;
}

async function row(objects: number, from: number): Promise<string[]> {
  const server = await api();
  await fill(server, from, objects);
  const end = Date.now() + restSeconds * 1000;
  const rest = await latencies(server, () => Date.now() > end);
  let done = false;
  const backup = ssh(controlPlane, "systemctl start perigee-backup.service").finally(() => (done = true));
  const during = await latencies(server, () => done);
  await backup;
  server.agent.destroy();
  const [size, took] = [await metric("last_size_bytes"), await metric("last_duration_seconds")];
  const [, name = ""] = (await lastBackup()).split("/");
  const restore = await seconds(async () => {
    await ssh(controlPlane, "/opt/perigee/backup.sh set-aside");
    await engineSucceeds("up", { restoreFrom: name });
    await kubectl("wait", "node", "--all", "--for=condition=Ready", "--timeout=300s");
  });
  await ssh(controlPlane, "rm -rf /var/lib/perigee/set-aside-*");
  return [
    ...[String(objects), `${took.toFixed(0)} s`, `${(size / 2 ** 20).toFixed(1)} MiB`],
    ...[
      `${median(rest).toFixed(1)} / ${p99(rest).toFixed(0)} ms`,
      `${median(during).toFixed(1)} / ${p99(during).toFixed(0)} ms`,
    ],
    ...[(p99(during) / p99(rest)).toFixed(1), `${restore.toFixed(0)} s`],
  ];
}

/** Seconds of a restore on a new machine, and of a fresh cluster of the same size, through stack 1's `up` both times. */
async function newMachine(): Promise<[number, number]> {
  await ssh(controlPlane, "systemctl start perigee-backup.service");
  await killMachine(controlPlane);
  await engineSucceeds("refresh");
  const restored = await seconds(() => engineSucceeds("up", { restoreFrom: "latest" }));
  await engineSucceeds("up");
  const gone = { restoreFrom: "empty" };
  await killMachine(controlPlane);
  await engineSucceeds("refresh");
  const fresh = await seconds(() => engineSucceeds("up", gone));
  return [restored, fresh];
}

async function main(): Promise<void> {
  const before = load();
  const counts = process.argv.slice(2).map(Number);
  const rows: string[][] = [];
  await kubectl("create", "namespace", namespace);
  let from = 0;
  for (const objects of counts.length > 0 ? counts : [10, 10_000, 100_000]) {
    const measured = await row(objects, from);
    progress(measured.join(" | "));
    rows.push(measured);
    from = objects;
  }
  await kubectl("delete", "namespace", namespace, "--timeout=1200s");
  const head = [
    "objects",
    "backup",
    "size",
    "API at rest, median / p99",
    "during",
    "p99 ratio",
    "restore in place",
  ];
  console.log(markdown([head, ...rows]));
  const [restored, fresh] = await newMachine();
  console.log(
    `\n${markdown([
      ["`up` of stack 1, one control plane anew", "seconds"],
      ["restored from a backup", restored.toFixed(0)],
      ["empty", fresh.toFixed(0)],
      ["ratio", (restored / fresh).toFixed(2)],
    ])}`,
  );
  console.log(`\n${circumstances(before)}`);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
