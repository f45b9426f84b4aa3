/** Settings of the gateway. */
import { z } from "zod";
import { matching, newPassword, oneOf, trueOrFalse, whole } from "../../../settings/kinds";
import { type SettingProblem, strictObject } from "../../../settings/load";
import { gatewayNames } from "./names";
import { pageNames } from "./pages";
import { oidc, oidcChecks } from "./signOnSettings";

/** bcrypt reads no more. */
const password = newPassword.max(72, { error: "at most 72 characters" });

/** Longest life of a certificate: a year and a month. */
const longestDays = 397;

const hostName = matching(
  /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/,
  "a DNS name in small letters, such as ground.example.org",
);
const objectName = matching(
  /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
  "a name: a-z, 0-9 and - between, at most 63",
);

const route = strictObject({
  name: objectName.describe("Name: it is at `https://HOST:30443/NAME/`, unless it has a `host` of its own."),
  namespace: objectName.describe("Namespace of its Service."),
  service: objectName.describe("Name of its Service."),
  port: whole(1, 65_535).default(80).describe("Port of the Service, which speaks HTTP."),
  login: oneOf(["viewer", "operator", "none"])
    .default("viewer")
    .describe(
      "Who may open it: `viewer` and `operator`, `operator` alone, or, with a `host`, everybody of `adminCidrs` (`none`: it asks for a login itself).",
    ),
  host: hostName
    .optional()
    .describe("DNS name of its own that leads to the nodes: then it has all paths there."),
  keepPath: trueOrFalse
    .default(false)
    .describe(
      "Of one without a `host`: pass `/NAME` on. Otherwise it is taken away, and in `X-Forwarded-Prefix`.",
    ),
});

export const gateway = strictObject({
  enabled: trueOrFalse
    .default(false)
    .describe(
      "One way in, by HTTPS and with a login, at node port 30443, which stack 1's `publishedNodePorts` opens; 30080 leads there. Pages have no node ports of their own then ([access.md](access.md#pages)).",
    ),
  host: hostName
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
      "Secret. Password of the user `operator`, who may silence alerts too, and whatever else Alertmanager and Prometheus take. Default: generated, and an output of the stack.",
    ),
  oidc: oidc
    .optional()
    .describe(
      "Identity provider (OpenID Connect) that people log in at ([access.md](access.md#by-your-identity-provider)). `viewerPassword` and `operatorPassword` stay, for programs. None: passwords only.",
    )
    .meta({
      example: {
        issuer: "https://id.example.org",
        clientId: "pages",
        clientSecret: "from-the-provider",
        groups: { viewer: ["flight"], operator: ["flight-directors"] },
      },
    }),
  routes: z
    .array(route)
    .max(100)
    .default([])
    .describe("Workloads of yours that the gateway leads to as well.")
    .meta({ example: [{ name: "planner", namespace: "flight-dynamics", service: "planner", port: 8080 }] }),
});

export type GatewaySettings = z.output<typeof gateway>;
export type RouteSettings = GatewaySettings["routes"][number];

/** Problems of routes beside each other and beside the pages. While the gateway is off they may stay as they are. */
export function gatewayChecks({ host, routes, oidc: provider }: GatewaySettings): SettingProblem[] {
  const ofRoutes = routes.flatMap((one, index) => {
    const before = routes.slice(0, index);
    const setting = `gateway.routes[${index}]`;
    const taken: readonly string[] = [...pageNames, gatewayNames.signOn.path];
    const name = taken.includes(one.name)
      ? `is a page's: ${taken.join(", ")} are`
      : sameAs(before.findIndex((other) => other.name === one.name));
    const address =
      one.host !== undefined && one.host === host
        ? "is `gateway.host`, where the pages are"
        : sameAs(before.findIndex((other) => one.host !== undefined && other.host === one.host));
    return [
      ...(name === undefined ? [] : [{ setting: `${setting}.name`, given: one.name, problem: name }]),
      ...(address === undefined ? [] : [{ setting: `${setting}.host`, given: one.host, problem: address }]),
      ...(one.host === undefined && one.login === "none"
        ? [
            {
              ...{ setting: `${setting}.login`, given: one.login },
              problem:
                "needs a `host`: below a path of the pages' own address it would be sent their passwords by every browser",
            },
          ]
        : []),
      ...(one.host !== undefined && one.keepPath
        ? [{ setting: `${setting}.keepPath`, given: true, problem: "known only without a `host`" }]
        : []),
    ];
  });
  return [...ofRoutes, ...(provider === undefined ? [] : oidcChecks(provider))];
}

const sameAs = (index: number): string | undefined =>
  index < 0 ? undefined : `routes[${index}] has it already`;
