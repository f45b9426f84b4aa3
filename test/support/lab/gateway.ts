/** The lab's gateway as people meet it: how it comes and goes, what the stack says of it, and requests by HTTPS. */
import { request } from "node:https";
import { workloadsFolder } from "../../../lab/cli/workloads";
import { gatewayNames } from "../../../workloads/access/gateway/names";
import { engineSucceeds, eventually, outputsIn } from "./lab";
import { alertmanagerText, prometheusRolledOut } from "./prometheus";
import { workloadsSucceed } from "./workloads";

/** Outputs of stack 2 with the gateway. */
export interface Pages {
  readonly prometheusUrl: string;
  readonly alertmanagerUrl: string;
  readonly telemetryUrl: string;
  readonly grafanaUrl: string;
  readonly gatewayCertificateAuthority: string;
  readonly viewerPassword: string;
  readonly operatorPassword: string;
  readonly grafanaAdminPassword: string;
}

export interface Answer {
  readonly status: number;
  readonly body: string;
}

/**
 * Opens its ports, and brings it up.
 * @param more settings of stack 2, the gateway's among them
 * @returns what the stack says of it
 */
export async function gatewayComes(more: Readonly<Record<string, unknown>>): Promise<Pages> {
  const { httpsNodePort, httpNodePort } = gatewayNames;
  await engineSucceeds("up", {
    publishedNodePorts: [httpsNodePort, httpNodePort].map((port) => ({ port, why: "pages" })),
  });
  await workloadsSucceed("up", { more });
  await prometheusRolledOut();
  return outputsIn<Pages>(workloadsFolder);
}

/** Both stacks as they were, once the pages are at their own node ports again. */
export async function gatewayGoes(): Promise<void> {
  await workloadsSucceed("up");
  await engineSucceeds("up");
  await prometheusRolledOut();
  await eventually("the pages at their own node ports", async () => (await alertmanagerText("/")) !== "", 60);
}

/**
 * Answer to somebody who trusts the gateway's authority and nobody else.
 * @param auth user and password: `viewer:secret`
 */
export function askGateway(
  ca: string,
  url: string,
  auth?: string,
  method = "GET",
  body?: object,
): Promise<Answer> {
  const headers = body === undefined ? {} : { "content-type": "application/json" };
  return new Promise((resolve, reject) => {
    const sent = request(url, { ca, auth, method, headers, agent: false, timeout: 10_000 }, (answer) => {
      let text = "";
      answer.setEncoding("utf8").on("data", (part: string) => (text += part));
      answer.on("end", () => resolve({ status: answer.statusCode ?? 0, body: text }));
    });
    sent.on("timeout", () => sent.destroy(new Error(`${url}: no answer within 10 s`)));
    sent.on("error", reject).end(body && JSON.stringify(body));
  });
}
