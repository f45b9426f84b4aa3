#!/usr/bin/env node
"use strict";
/**
 * Refuses while stack 2 is on the cluster, and when no backup of the last day would be left of it: exit code 1, and what to
 * do on stderr. Stack 1 runs it before it is destroyed, as the `delete` of a local.Command; a destroy runs no program, so that
 * it has to be a command.
 *
 * The kubeconfig comes by stdin. A cluster that does not answer within 10 s may be alive behind a network that is not:
 * it is let go only where PERIGEE_CLUSTER_IS_GONE=true says so; one of which no young backup is left only where
 * PERIGEE_DESTROY_WITHOUT_BACKUP=true does. Only Node's own modules: whoever destroys may have installed nothing else.
 *
 *   PERIGEE_STACK=<name of the stack, for the messages> PERIGEE_BACKUPS=<on or off>
 *   PERIGEE_BACKUP_BUCKET=<stays or goes with the stack, or none> node contract/inUse/check.js < kubeconfig
 */
const { Buffer } = require("node:buffer");
const https = require("node:https");

const LIMIT_MS = 10_000;
/** The label of contract/stackLabel.ts; a destroy has no TypeScript to read it from. */
const SELECTOR = "perigee.dev/stack=perigee-workloads";
/** Where infra/backup/scripts/backup.sh says when it was done. */
const LAST_BACKUP = "/api/v1/namespaces/kube-system/configmaps/perigee-backup";
const DAY_SECONDS = 86_400;

/** What a kubeconfig of ours says: one cluster, one user. Its values stand on lines of their own. */
function connection(kubeconfig) {
  const value = (key) => new RegExp(`["']?${key}["']?:\\s*["']?([^"'\\s,}]+)`).exec(kubeconfig)?.[1];
  const decoded = (key) => {
    const text = value(key);
    return text === undefined ? undefined : Buffer.from(text, "base64");
  };
  const server = value("server");
  if (server === undefined) throw new Error("the kubeconfig names no server");
  const token = value("token");
  const servername = value("tls-server-name"); // before several control planes there is a balancer of another name
  return {
    server,
    options: {
      ...(servername === undefined ? {} : { servername }),
      ca: decoded("certificate-authority-data"),
      cert: decoded("client-certificate-data"),
      key: decoded("client-key-data"),
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      timeout: LIMIT_MS,
    },
  };
}

/** What the API server has at a path; undefined when there is nothing. */
function read(kubeconfig, path) {
  const { server, options } = connection(kubeconfig);
  return new Promise((resolve, reject) => {
    const request = https.get(`${server}${path}`, options, (answer) => {
      let text = "";
      answer.setEncoding("utf8").on("data", (part) => (text += part));
      answer.on("error", reject).on("end", () => {
        if (answer.statusCode === 404) resolve(undefined);
        else if (answer.statusCode !== 200) reject(new Error(`the API server answers ${answer.statusCode}`));
        else resolve(JSON.parse(text));
      });
    });
    request.on("timeout", () => request.destroy(new Error(`no answer within ${LIMIT_MS / 1000} s`)));
    request.on("error", reject);
  });
}

/** The names of the namespaces of stack 2. */
async function namespaces(kubeconfig) {
  const list = await read(kubeconfig, `/api/v1/namespaces?labelSelector=${encodeURIComponent(SELECTOR)}`);
  return list.items.map((item) => item.metadata.name);
}

/** Reasons for which no backup of the last day would be left, each with the way out of it. */
async function backupProblems(kubeconfig, stack) {
  const last = (await read(kubeconfig, LAST_BACKUP))?.data;
  const seconds = Number(last?.seconds);
  const age = Date.now() / 1000 - seconds;
  const set = (name) =>
    `pulumi config set -s ${stack} --path perigee-infra:backup.${name} true && pulumi up -s ${stack}`;
  const problems = [];
  if (!(age < DAY_SECONDS)) {
    const off = process.env.PERIGEE_BACKUPS === "off";
    const which = Number.isFinite(seconds)
      ? `its last backup, ${last.object}, of ${new Date(seconds * 1000).toISOString()}, is ${Math.floor(age / 3600)} hours old`
      : "there is no backup of this cluster";
    problems.push({
      what: off ? `${which}, and backups are off (backup.enabled: false)` : which,
      way: off
        ? `To make one:  ${set("enabled")}`
        : "To make one, on the control plane:  sudo systemctl start perigee-backup.service",
    });
  }
  if (process.env.PERIGEE_BACKUP_BUCKET === "goes") {
    problems.push({
      what: "its backups go with the stack (backup.keepOnDestroy: false)",
      way: `To keep them:  ${set("keepOnDestroy")}`,
    });
  }
  return problems;
}

/** What is told of backups that stay: a destroy takes with it what opens them. */
function identity(stack) {
  if (process.env.PERIGEE_BACKUP_BUCKET !== "stays") return [];
  return [
    "  Backups that stay in the bucket can be read with the age identity alone, which goes with this stack. Unless you have a",
    `  copy, save it before:  pulumi stack output -s ${stack} --show-secrets backupIdentity`,
  ];
}

/** Lets the cluster go. Pulumi shows what is said beside the resource, and only while the destroy runs. */
function gone(stack, ...lines) {
  const all = [...lines, ...identity(stack)];
  if (all.length > 0) console.log(all.join("\n"));
  return 0;
}

/** Keeps the cluster. */
function kept(...lines) {
  console.error(lines.join("\n"));
  return 1;
}

async function main() {
  const stack = process.env.PERIGEE_STACK ?? "<stack>";
  let kubeconfig = "";
  for await (const part of process.stdin) kubeconfig += part;
  let found, problems;
  try {
    found = await namespaces(kubeconfig);
    problems = await backupProblems(kubeconfig, stack);
  } catch (error) {
    if (process.env.PERIGEE_CLUSTER_IS_GONE === "true") {
      return gone(
        stack,
        `the cluster cannot be asked (${error.message}): taken for gone, as PERIGEE_CLUSTER_IS_GONE says`,
      );
    }
    return kept(
      `the cluster cannot be asked whether perigee-workloads is still on it (${error.message}); nothing was destroyed.`,
      "  If it is alive: is your address within perigee-infra:adminCidrs?",
      `  If it is gone for good:  PERIGEE_CLUSTER_IS_GONE=true pulumi destroy -s ${stack}`,
      ...identity(stack),
    );
  }
  if (found.length > 0) {
    return kept(
      `perigee-workloads is still on this cluster (namespaces ${found.join(", ")}); nothing was destroyed.`,
      `  Destroy it first:  pulumi destroy -s ${stack} -C workloads`,
      "  If its state is lost, delete its namespaces:  kubectl delete namespace " + found.join(" "),
    );
  }
  if (problems.length === 0) return gone(stack);
  const what = problems.map((problem) => problem.what).join("; ");
  if (process.env.PERIGEE_DESTROY_WITHOUT_BACKUP === "true") {
    return gone(stack, `${what}: it is destroyed all the same, as PERIGEE_DESTROY_WITHOUT_BACKUP says`);
  }
  return kept(
    `${what}, and what is on it would be lost; nothing was destroyed.`,
    ...problems.map(({ way }) => `  ${way}`),
    `  To lose it:  PERIGEE_DESTROY_WITHOUT_BACKUP=true pulumi destroy -s ${stack}`,
    ...identity(stack),
  );
}

main().then(
  (code) => (process.exitCode = code),
  (error) => {
    console.error(error.message);
    process.exitCode = 1;
  },
);
