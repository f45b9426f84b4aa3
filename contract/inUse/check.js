#!/usr/bin/env node
"use strict";
/**
 * Refuses while stack 2 is on the cluster: exit code 1, and what to do on stderr. Stack 1 runs it before it is
 * destroyed, as the `delete` of a local.Command; a destroy runs no program, so that it has to be a command.
 *
 * The kubeconfig comes by stdin. A cluster that does not answer within 10 s may be alive behind a network that is not:
 * it is let go only where PERIGEE_CLUSTER_IS_GONE=true says so. Only Node's own modules: whoever destroys may have
 * installed nothing else.
 *
 *   PERIGEE_STACK=<name of the stack, for the messages> node contract/inUse/check.js < kubeconfig
 */
const { Buffer } = require("node:buffer");
const https = require("node:https");

const LIMIT_MS = 10_000;
/** The label of contract/stackLabel.ts; a destroy has no TypeScript to read it from. */
const SELECTOR = "perigee.dev/stack=perigee-workloads";

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
  return {
    server,
    options: {
      ca: decoded("certificate-authority-data"),
      cert: decoded("client-certificate-data"),
      key: decoded("client-key-data"),
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      timeout: LIMIT_MS,
    },
  };
}

/** The names of the namespaces of stack 2. */
function namespaces(kubeconfig) {
  const { server, options } = connection(kubeconfig);
  const url = `${server}/api/v1/namespaces?labelSelector=${encodeURIComponent(SELECTOR)}`;
  return new Promise((resolve, reject) => {
    const request = https.get(url, options, (answer) => {
      let text = "";
      answer.setEncoding("utf8").on("data", (part) => (text += part));
      answer.on("error", reject).on("end", () => {
        if (answer.statusCode !== 200) reject(new Error(`the API server answers ${answer.statusCode}`));
        else resolve(JSON.parse(text).items.map((item) => item.metadata.name));
      });
    });
    request.on("timeout", () => request.destroy(new Error(`no answer within ${LIMIT_MS / 1000} s`)));
    request.on("error", reject);
  });
}

async function main() {
  const stack = process.env.PERIGEE_STACK ?? "<stack>";
  let kubeconfig = "";
  for await (const part of process.stdin) kubeconfig += part;
  let found;
  try {
    found = await namespaces(kubeconfig);
  } catch (error) {
    if (process.env.PERIGEE_CLUSTER_IS_GONE === "true") {
      console.log(
        `the cluster cannot be asked (${error.message}): taken for gone, as PERIGEE_CLUSTER_IS_GONE says`,
      );
      return 0;
    }
    console.error(
      [
        `the cluster cannot be asked whether perigee-workloads is still on it (${error.message}); nothing was destroyed.`,
        "  If it is alive: is your address within perigee-infra:adminCidrs?",
        `  If it is gone for good:  PERIGEE_CLUSTER_IS_GONE=true pulumi destroy -s ${stack}`,
      ].join("\n"),
    );
    return 1;
  }
  if (found.length === 0) return 0;
  console.error(
    [
      `perigee-workloads is still on this cluster (namespaces ${found.join(", ")}); nothing was destroyed.`,
      `  Destroy it first:  pulumi destroy -s ${stack} -C workloads`,
      "  If its state is lost, delete its namespaces:  kubectl delete namespace " + found.join(" "),
    ].join("\n"),
  );
  return 1;
}

main().then(
  (code) => (process.exitCode = code),
  (error) => {
    console.error(error.message);
    process.exitCode = 1;
  },
);
