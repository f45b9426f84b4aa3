/** The lab's gateway as people meet it: its ports, what the stack says of it, and requests by HTTPS. */
import { request } from "node:https";
import { gatewayNames } from "../../../workloads/access/gateway/names";
import type { LabConfig } from "./lab";

/** Setting of stack 1 that opens its ports. */
export const publishedPorts: LabConfig = {
  publishedNodePorts: [gatewayNames.httpsNodePort, gatewayNames.httpNodePort].map((port) => ({
    ...{ port, why: "pages" },
  })),
};

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
