/**
 * Routes where people log in at an identity provider: Traefik asks the sign-on who it is, for each request
 * (doc.traefik.io/traefik/reference/routing-configuration/http/middlewares/forwardauth).
 */
import { gatewayNames } from "./names";
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
import type { Oidc } from "./signOnSettings";

const { signOn } = gatewayNames;

/** Where Traefik asks who somebody is. */
export const signOnUrl = inNamespace(signOn.name, gatewayNames.namespace, signOn.port);

/** Cookies of a session that was made anew; what is too long for one is in several. */
const sessionCookies = [signOn.cookie, ...[0, 1, 2, 3, 4].map((part) => `${signOn.cookie}_${part}`)];

/** Bytes of an answer of the sign-on: a page that refuses somebody has 10,000. */
const mostAnswer = 65_536;

interface SignOnParts extends Parts {
  /** Routers that asked for a password, with the sign-on before that. */
  readonly led: (routers: Readonly<Record<string, Router>>) => Record<string, Router>;
}

export function signOnParts(groups: Oidc["groups"], others: readonly RouteSettings[]): SignOnParts {
  // One may do what those before it may. A role that no group has is left to its password: for the sign-on, no group is any.
  const allowed = { viewer: [...groups.viewer, ...groups.operator], operator: groups.operator };
  const asked = roles.filter((role) => allowed[role].length > 0);
  const asksAt = (path: string, role: Role): object => ({
    forwardAuth: {
      address: `${signOnUrl}${path}?allowed_groups=${encodeURIComponent(allowed[role].join(","))}`,
      trustForwardHeader: false,
      authRequestHeaders: ["Cookie", "User-Agent"],
      addAuthCookiesToResponse: sessionCookies,
      // It has none: the session, with which a page could ask others as the person, does not reach it.
      authResponseHeaders: ["Cookie"],
      maxResponseBodySize: mostAnswer,
      // The log says who it was, as with passwords.
      headerField: "GAP-Auth",
    },
  });
  // Without a login of ours, a name is its workload's with all paths.
  const open = others.flatMap(({ host, login: who }) => (host !== undefined && who === "none" ? [host] : []));
  const rule = [`PathPrefix(\`/${signOn.path}/\`)`, ...open.map((host) => `!Host(\`${host}\`)`)].join(" && ");
  return {
    led: (routers) =>
      Object.fromEntries(Object.entries(routers).flatMap(([name, each]) => led(name, each, asked))),
    routers: {
      // Codes, which a login is made of, are in its addresses.
      [signOn.path]: {
        ...router(rule, "signOn", [], signOn.path),
        observability: unlogged,
      },
    },
    middlewares: Object.fromEntries(
      asked.flatMap((role) => [
        [personOf(role), asksAt(`/${signOn.path}/auth`, role)],
        [browserOf(role), asksAt("/", role)],
      ]),
    ),
    services: { [signOn.path]: serviceAt(signOnUrl) },
  };
}

const personOf = (role: Role): string => `person-${role}`;
const browserOf = (role: Role): string => `browser-${role}`;

/**
 * A router as three: who shows a password is asked for that, a browser that opens a page is led to the provider, and to
 * what asks from a page (and to whoever else) 401 is an answer, where a foreign page is none.
 */
function led(name: string, each: Router, asked: readonly Role[]): [name: string, router: Router][] {
  const role = asked.find((one) => each.middlewares.includes(loginOf(one)));
  if (role === undefined) return [[name, each]];
  const by = (other: string): string[] =>
    each.middlewares.map((middleware) => (middleware === loginOf(role) ? other : middleware));
  const where = (header: string, form: string): string =>
    `(${each.rule}) && HeaderRegexp(\`${header}\`, \`${form}\`)`;
  return [
    [
      `password-${name}`,
      { ...each, rule: where("Authorization", "(?i)^basic "), priority: each.priority + 2 },
    ],
    [
      `browser-${name}`,
      {
        ...each,
        rule: where("Accept", "text/html"),
        priority: each.priority + 1,
        middlewares: by(browserOf(role)),
      },
    ],
    [name, { ...each, middlewares: by(personOf(role)) }],
  ];
}
