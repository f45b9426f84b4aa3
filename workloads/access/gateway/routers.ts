/** What the gateway's routes are made of, in Traefik's dynamic configuration. */

/** Who has a login: one may do what those before it may. */
export const roles = ["viewer", "operator"] as const;
export type Role = (typeof roles)[number];

export interface Router {
  readonly rule: string;
  readonly priority: number;
  readonly entryPoints: readonly ["https"];
  readonly middlewares: readonly string[];
  readonly service: string;
  readonly tls: Readonly<Record<string, never>>;
  readonly observability?: typeof unlogged;
}

export const unlogged = { accessLogs: false } as const;

/** Traefik's own order is by the length of the rules: said here, so that no rule gets in front by a longer pattern. */
const priorities = { signOn: 40, host: 30, read: 20, page: 10, entry: 5 } as const;

export interface Parts {
  readonly routers: Readonly<Record<string, Router>>;
  readonly middlewares: Readonly<Record<string, object>>;
  readonly services: Readonly<Record<string, object>>;
}

export const inNamespace = (name: string, namespace: string, port: number): string =>
  `http://${name}.${namespace}.svc.cluster.local:${port}`;

export const serviceAt = (url: string): object => ({ loadBalancer: { servers: [{ url }] } });

/** Name of the middleware that asks for a password. */
export const loginOf = (role: Role): string => `login-${role}`;

export function router(
  rule: string,
  priority: keyof typeof priorities,
  middlewares: readonly string[],
  service: string,
): Router {
  return {
    rule,
    priority: priorities[priority],
    entryPoints: ["https"],
    middlewares: ["headers", ...middlewares],
    service,
    tls: {},
  };
}
