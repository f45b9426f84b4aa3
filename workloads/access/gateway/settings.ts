/** Settings of the gateway. */
import { z } from "zod";
import { matching } from "../../../settings/kinds";
import { strictObject } from "../../../settings/load";

const password = z
  .string()
  .min(12, { error: "at least 12 characters" })
  .max(72, { error: "at most 72 characters" });

/** Longest life of a certificate that every browser takes (CA/Browser Forum, until 2026-03-15). */
const longestDays = 397;

export const gateway = strictObject({
  enabled: z
    .boolean({ error: "true or false" })
    .default(false)
    .describe(
      "One way in, by HTTPS and with a login, at node port 30443, which stack 1's `publishedNodePorts` opens; 30080 leads there. Pages have no node ports of their own then ([access.md](access.md#pages)).",
    ),
  host: matching(
    /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/,
    "a DNS name in small letters, such as ground.example.org",
  )
    .optional()
    .describe(
      "Name by which people open the pages: a DNS record of yours that leads to the nodes. Default: stack 1's `publishedHost`.",
    )
    .meta({ example: "ground.example.org" }),
  certificateDays: z
    .number({ error: "a number of days" })
    .min(0.005, { error: "at least 0.005 (7 minutes)" })
    .max(longestDays, { error: `at most ${longestDays}` })
    .default(90)
    .describe("Days that a certificate is good for; another one is there when a third of them is left."),
  viewerPassword: password
    .optional()
    .describe(
      "Secret. Password of the user `viewer`, who reads. Default: generated, and an output of the stack.",
    ),
  operatorPassword: password
    .optional()
    .describe(
      "Secret. Password of the user `operator`, who may silence alerts and change what Prometheus keeps too. Default: generated, and an output of the stack.",
    ),
});

export type GatewaySettings = z.output<typeof gateway>;
