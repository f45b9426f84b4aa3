/**
 * Routes of the gateway as Traefik's dynamic configuration (doc.traefik.io/traefik/reference/routing-configuration):
 * which path leads to which page, and who may do what there.
 */
import { loggingNames } from "../../logging/names";
import { monitoringNames } from "../../monitoring/names";
import { telemetryNames } from "../../telemetry/names";
import { gatewayNames } from "./names";
import type { Page } from "./pages";
import {
  inNamespace,
  loginOf,
  type Parts,
  type Role,
  roles,
  type Router,
  router,
  serviceAt,
  unlogged,
} from "./routers";
import type { RouteSettings } from "./settings";
import { signOnParts } from "./signOnRoutes";
import type { Oidc } from "./signOnSettings";

/** Files with the logins of everybody who may do what a role may, in a pod of the gateway. */
export const loginFile = (role: Role): string => `${gatewayNames.folders.logins}/${role}`;

interface Backend {
  readonly url: string;
  /** Role that is needed to read; none where the page asks for a login itself. */
  readonly reads?: Role;
  /** Requests that only read, beside GET and HEAD, as patterns of their path. */
  readonly alsoRead?: string;
  /** Paths that nobody but an operator opens. */
  readonly notForViewers?: string;
  /** True for a page that asks each second while it is open: that is not logged. */
  readonly isPolled?: true;
}

const { namespace: monitoring, release, prometheusJob, alertmanagerUrl } = monitoringNames;

/** Profiles and commands, also where a slash is encoded: pages decode it, and it is not decoded when rules are asked. */
const insides = "(/|%2f)+(debug|-)(/|%2f|$)";

const backends: Readonly<Record<Page, Backend>> = {
  grafana: { url: inNamespace(`${release}-grafana`, monitoring, 80) },
  prometheus: {
    url: inNamespace(prometheusJob, monitoring, 9090),
    reads: "viewer",
    // Long queries are sent as forms.
    alsoRead: "/api/v1/(query|query_range|query_exemplars|format_query|parse_query|series|labels)",
    notForViewers: insides,
  },
  alertmanager: { url: alertmanagerUrl, reads: "viewer", notForViewers: insides },
  telemetry: {
    url: inNamespace(telemetryNames.page, telemetryNames.namespace, telemetryNames.pagePort),
    reads: "viewer",
    isPolled: true,
  },
  logs: { url: inNamespace(loggingNames.page, monitoring, loggingNames.storePort) },
};

/** Answers where these routes are in force, with a path that no page has: a pod whose Traefik refused them is not ready. */
export const readyPath = "/-/ready";

/**
 * @param pages those that there are; the first one is where people arrive
 * @param others workloads' own
 * @param oidc given where people log in at an identity provider
 */
export function dynamicConfiguration(
  pages: readonly [Page, ...Page[]],
  others: readonly RouteSettings[],
  oidc?: Pick<Oidc, "groups">,
): object {
  const { routers, middlewares, services } = passwordConfiguration(pages, others);
  const signOn = oidc && signOnParts(oidc.groups, others);
  return {
    http: {
      routers: signOn === undefined ? routers : { ...signOn.led(routers), ...signOn.routers },
      middlewares: { ...middlewares, ...signOn?.middlewares },
      services: { ...services, ...signOn?.services },
    },
    tls: { options: { default: { minVersion: "VersionTLS12" } } },
  };
}

/** All of it where everybody has a password. */
function passwordConfiguration(pages: readonly [Page, ...Page[]], others: readonly RouteSettings[]): Parts {
  const [entry] = pages;
  const below = [...pages, ...others.filter(({ host }) => host === undefined).map(({ name }) => name)];
  const known = below.join("|");
  const routers: Record<string, Router> = {
    ready: { ...router(`Path(\`${readyPath}\`)`, "entry", [], "ping@internal"), observability: unlogged },
    entry: router(`PathRegexp(\`^/(${known})?$\`)`, "entry", ["to-entry", "to-folder"], "noop@internal"),
  };
  for (const page of pages) Object.assign(routers, routersOf(page));
  // Names of their own for what people name: none takes the place of another kind.
  for (const other of others) routers[`route-${other.name}`] = routerOf(other);
  return {
    routers,
    middlewares: {
      ...Object.fromEntries(below.map((name) => [strip(name), { stripPrefix: { prefixes: [`/${name}`] } }])),
      ...Object.fromEntries(roles.map((role) => [loginOf(role), login(role)])),
      "to-entry": redirect("/(\\?.*)?$", `/${entry}/$2`),
      // The links of a page are relative to its folder.
      "to-folder": redirect(`/(${known})(\\?.*)?$`, "/$2/$3"),
      headers,
    },
    services: Object.fromEntries(
      [
        ...pages.map((page) => [page, backends[page].url] as const),
        ...others.map((other) => [other.name, addressOf(other)] as const),
      ].map(([name, url]) => [name, serviceAt(url)]),
    ),
  };
}

function routersOf(page: Page): Record<string, Router> {
  const { reads, alsoRead, notForViewers, isPolled } = backends[page];
  const path = `PathPrefix(\`/${page}/\`)`;
  if (reads === undefined) return { [page]: router(path, "page", [strip(page)], page) };
  const others = { [page]: router(path, "page", [loginOf("operator"), strip(page)], page) };
  const methods = "(Method(`GET`) || Method(`HEAD`))";
  const forms =
    alsoRead === undefined
      ? methods
      : `(${methods} || (Method(\`POST\`) && PathRegexp(\`^/${page}${alsoRead}$\`)))`;
  const kept = notForViewers === undefined ? "" : ` && !PathRegexp(\`(?i)^/${page}${notForViewers}\`)`;
  const reading = router(`${path} && ${forms}${kept}`, "read", [loginOf(reads), strip(page)], page);
  return {
    ...others,
    [`${page}-read`]: { ...reading, ...(isPolled && { observability: unlogged }) },
  };
}

/** Names of middlewares. */
const strip = (name: string): string => `strip-${name}`;
const addressOf = ({ service, namespace, port }: RouteSettings): string =>
  inNamespace(service, namespace, port);

function routerOf({ name, host, login: who, keepPath }: RouteSettings): Router {
  const logins = who === "none" ? [] : [loginOf(who)];
  if (host !== undefined) return router(`Host(\`${host}\`)`, "host", logins, name);
  return router(`PathPrefix(\`/${name}/\`)`, "page", [...logins, ...(keepPath ? [] : [strip(name)])], name);
}

const redirect = (path: string, to: string): object => ({
  redirectRegex: { regex: `^(https://[^/]+)${path}`, replacement: `$1${to}`, permanent: false },
});

function login(role: Role): object {
  return { basicAuth: { usersFile: loginFile(role), realm: "Perigee", removeHeader: true } };
}

/** Headers by which others say who somebody is: nobody's to send, and the gateway sends none. */
const identityHeaders = [
  ...["User", "Email", "Groups", "Preferred-Username", "Access-Token", "Redirect"].flatMap((name) => [
    `X-Auth-Request-${name}`,
    `X-Forwarded-${name}`,
  ]),
  ...["Remote-User", "X-Remote-User", "X-Remote-Group", "X-Webauth-User", "X-Webauth-Role", "Gap-Auth"],
];

/** No Strict-Transport-Security: it would hold for every port of the name, for a year, other people's HTTP too. */
const headers = {
  headers: {
    contentTypeNosniff: true,
    referrerPolicy: "same-origin",
    customRequestHeaders: Object.fromEntries(identityHeaders.map((name) => [name, ""])),
  },
};
