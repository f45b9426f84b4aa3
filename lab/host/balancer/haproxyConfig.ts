/** Configuration of the haproxy that plays a balancer, as text. Pure. */
import type { BalancerSpec, BalancerTarget, HealthCheck, TargetGroup } from "./spec";

/** Seconds after which a network load balancer forgets a connection without traffic. */
const idleTimeout = 350;

/** One backend: the targets of a group that a node of the balancer may send to. */
export interface Backend {
  readonly name: string;
  readonly group: TargetGroup;
  readonly targets: readonly BalancerTarget[];
}

/** The backends of all groups that a listener uses; without cross-zone traffic, one for each zone. */
export function backendsOf({ nodes, crossZone, listeners, groups }: BalancerSpec): Backend[] {
  const used = groups.filter(({ name }) => listeners.some(({ group }) => group === name));
  return used.flatMap((group) =>
    crossZone
      ? [{ name: group.name, group, targets: group.targets }]
      : nodes.map(({ zone }) => ({
          name: `${group.name}.${zone}`,
          group,
          targets: group.targets.filter((target) => target.zone === zone),
        })),
  );
}

/** Name of a target's server, unique in its backend. */
export const serverName = ({ id, port }: BalancerTarget): string => `${id}:${port}`;

/**
 * @param inService servers that take connections now, as `backend/server`: they do so at once after a reload too. All
 * others are added while haproxy runs (targets.ts).
 */
export function haproxyConfig(spec: BalancerSpec, socket: string, inService: ReadonlySet<string>): string {
  return [
    "global",
    `  stats socket ${socket} mode 600 level admin expose-fd listeners`,
    "  log stderr format raw local0 notice",
    "  hard-stop-after 10m",
    "defaults",
    "  mode tcp",
    "  timeout connect 5s",
    `  timeout client ${idleTimeout}s`,
    `  timeout server ${idleTimeout}s`,
    ...frontends(spec),
    ...backendsOf(spec).flatMap((backend) => backendLines(backend, inService)),
    "",
  ].join("\n");
}

function frontends({ listeners, nodes, crossZone }: BalancerSpec): string[] {
  return listeners.flatMap(({ port, group }) =>
    nodes.flatMap(({ zone, privateIp }) => [
      `frontend ${zone}-${port}`,
      `  bind ${privateIp}:${port}`,
      `  default_backend ${crossZone ? group : `${group}.${zone}`}`,
    ]),
  );
}

function backendLines({ name, group, targets }: Backend, inService: ReadonlySet<string>): string[] {
  const { check } = group;
  const http = [
    "  option httpchk",
    `  http-check send meth GET uri ${check.path}`,
    "  http-check expect status 200-399",
  ];
  return [
    `backend ${name}`,
    "  balance roundrobin",
    `  timeout check ${check.timeout}s`,
    ...(check.protocol === "TCP" ? [] : http),
    ...targets
      .filter((target) => inService.has(`${name}/${serverName(target)}`))
      .map((target) => `  server ${serverLine(target, check)}`),
  ];
}

/**
 * Arguments of a server. A target that becomes unhealthy loses its connections, as AWS has it by default
 * (`target_health_state.unhealthy.connection_termination.enabled`). Certificates are not verified, as there.
 */
export function serverLine(target: BalancerTarget, check: HealthCheck): string {
  const { interval, healthyThreshold, unhealthyThreshold } = check;
  return [
    `${serverName(target)} ${target.address}:${target.port} check`,
    ...(check.protocol === "HTTPS" ? ["check-ssl verify none"] : []),
    `inter ${interval}s rise ${healthyThreshold} fall ${unhealthyThreshold}`,
    "on-marked-down shutdown-sessions",
  ].join(" ");
}
