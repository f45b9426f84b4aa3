/**
 * Waits until the API answers through its balancer, to which a target takes minutes to be registered. Run by Pulumi where the
 * operator is; only Node's own modules. PERIGEE_API_WAIT_SECONDS: how long, by default 900; 0: not at all, where whoever runs
 * Pulumi is not within adminCidrs.
 *
 *   PERIGEE_API_HOST=<name of the balancer> PERIGEE_API_NAME=<name in the certificate> node waitForApi.js
 */
"use strict";
const https = require("node:https");
const { setTimeout: sleep } = require("node:timers/promises");

const {
  PERIGEE_API_HOST: host,
  PERIGEE_API_NAME: servername,
  PERIGEE_API_WAIT_SECONDS: limit = "900",
} = process.env;
const ends = Date.now() + Number(limit) * 1000;

/** Any answer will do: who answers is the kubeconfig's to verify. */
function ask() {
  return new Promise((resolve) => {
    const options = {
      host,
      port: 6443,
      path: "/readyz",
      servername,
      rejectUnauthorized: false,
      timeout: 5000,
    };
    const request = https.get(options, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200 ? undefined : `it answers ${answer.statusCode}`);
    });
    request.on("timeout", () => request.destroy(new Error("no answer within 5 s")));
    request.on("error", (error) => resolve(error.message));
  });
}

async function main() {
  if (!/^\d{1,6}$/.test(limit)) {
    console.error(
      `PERIGEE_API_WAIT_SECONDS = ${JSON.stringify(limit)}: a whole number of seconds, such as 900; 0 does not wait`,
    );
    process.exitCode = 1;
    return;
  }
  if (Number(limit) === 0) return;
  for (;;) {
    const problem = await ask();
    if (problem === undefined) return;
    if (Date.now() > ends) {
      console.error(
        `the API does not answer at https://${host}:6443 within ${limit} s (${problem}). Is your address within ` +
          "perigee-infra:adminCidrs? If it shall not be, set PERIGEE_API_WAIT_SECONDS=0",
      );
      process.exitCode = 1;
      return;
    }
    await sleep(1000);
  }
}

main();
