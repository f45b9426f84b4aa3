/**
 * What a balancer's keeper tells haproxy while it runs, so that targets come and go without a connection lost. Pure: from
 * what is wanted, what haproxy says, and what the keeper remembers.
 */
import { type Backend, serverLine, serverName } from "./haproxyConfig";
import type { TargetHealth } from "./spec";

/** A server as `show servers state` has it. */
export interface ServerState {
  readonly backend: string;
  readonly server: string;
  /** By its checks. */
  readonly isUp: boolean;
  readonly isDraining: boolean;
  readonly isInMaintenance: boolean;
  /** Whether the last check passed; undefined before the first. */
  readonly passes: boolean | undefined;
}

/** Memory of one server: when it was registered, since when its checks pass, when it was deregistered. Milliseconds. */
export interface Memory {
  readonly since: number;
  readonly passesSince?: number;
  readonly leavingSince?: number;
}

export interface Step {
  /** Commands for haproxy's socket, in their order. */
  readonly commands: readonly string[];
  readonly memory: ReadonlyMap<string, Memory>;
  /** By `backend/server`. */
  readonly health: ReadonlyMap<string, TargetHealth>;
}

/** Rows of `show servers state`, version 1: haproxy's management guide, "show servers state". */
export function parseServerStates(text: string): ServerState[] {
  const [, head = "", ...rows] = text.trim().split("\n");
  const columns = head.replace(/^# /, "").split(" ");
  return rows
    .map((row) => row.split(" "))
    .filter((cells) => cells.length > 1)
    .map((cells) => {
      const cell = (name: string): string => cells[columns.indexOf(name)] ?? "";
      const administration = Number(cell("srv_admin_state"));
      return {
        backend: cell("be_name"),
        server: cell("srv_name"),
        isUp: Number(cell("srv_op_state")) !== 0,
        isDraining: (administration & 0x18) !== 0,
        isInMaintenance: (administration & 0x23) !== 0,
        // CHK_RES_FAILED is 2, CHK_RES_PASSED 3, CHK_RES_CONDPASS 4; before the first check it is less.
        passes: Number(cell("srv_check_result")) < 2 ? undefined : Number(cell("srv_check_result")) > 2,
      };
    });
}

/**
 * @param registrationMs time that a registration takes at least
 * @param now milliseconds
 */
export function nextStep(
  backends: readonly Backend[],
  servers: readonly ServerState[],
  memory: ReadonlyMap<string, Memory>,
  registrationMs: number,
  now: number,
): Step {
  const step = {
    commands: [] as string[],
    memory: new Map<string, Memory>(),
    health: new Map<string, TargetHealth>(),
  };
  const there = new Map(servers.map((state) => [keyOf(state), state]));
  const wanted = new Set<string>();
  for (const { name, group, targets } of backends) {
    for (const target of targets) {
      const key = `${name}/${serverName(target)}`;
      wanted.add(key);
      const state = there.get(key);
      const known = memory.get(key);
      if (state === undefined) {
        // haproxy gives a new server no connections before it leaves this state, and checks it all the same.
        step.commands.push(
          `add server ${name}/${serverLine(target, group.check)}`,
          `set server ${key} state drain`,
          `enable health ${key}`,
        );
        step.memory.set(key, { since: now });
        step.health.set(key, "initial");
      } else settle(step, key, state, known, group.check, registrationMs, now);
    }
  }
  for (const state of servers.filter((one) => !wanted.has(keyOf(one)))) {
    const group = backends.find(({ name }) => name === state.backend)?.group;
    release(step, state, memory.get(keyOf(state)), group, now);
  }
  return step;
}

type Open = { commands: string[]; memory: Map<string, Memory>; health: Map<string, TargetHealth> };

/** A target that is registered: out of `initial` once it has passed its checks, or failed them, for as long as AWS would. */
function settle(
  { commands, memory, health }: Open,
  key: string,
  state: ServerState,
  known: Memory | undefined,
  check: { readonly interval: number; readonly healthyThreshold: number },
  registrationMs: number,
  now: number,
): void {
  // One that was deregistered and is registered again begins anew.
  const since = known?.leavingSince === undefined ? (known?.since ?? now) : now;
  if (!state.isDraining && !state.isInMaintenance && known?.leavingSince === undefined) {
    memory.set(key, { since });
    health.set(key, state.isUp ? "healthy" : "unhealthy");
    return;
  }
  const passesSince = state.passes === true ? (known?.passesSince ?? now) : undefined;
  const passedMs = passesSince === undefined ? 0 : now - passesSince;
  const isRegistered = now - since >= registrationMs;
  const hasPassed =
    passedMs >= (check.healthyThreshold - 1) * check.interval * 1000 && passesSince !== undefined;
  if (isRegistered && (hasPassed || !state.isUp)) commands.push(`set server ${key} state ready`);
  else if (state.isInMaintenance) commands.push(`set server ${key} state drain`);
  memory.set(key, passesSince === undefined ? { since } : { since, passesSince });
  health.set(key, isRegistered && !state.isUp ? "unhealthy" : "initial");
}

/** A target that was deregistered takes no new connection, and goes when it has none left. */
function release(
  { commands, memory, health }: Open,
  state: ServerState,
  known: Memory | undefined,
  group: { readonly deregistrationDelay: number; readonly connectionTermination: boolean } | undefined,
  now: number,
): void {
  const key = keyOf(state);
  const leavingSince = known?.leavingSince ?? now;
  memory.set(key, { since: known?.since ?? now, leavingSince });
  health.set(key, "draining");
  if (!state.isDraining) commands.push(`set server ${key} state drain`);
  if (now - leavingSince < (group?.deregistrationDelay ?? 0) * 1000) return;
  if (group?.connectionTermination !== false) commands.push(`shutdown sessions server ${key}`);
  // Refused while it has connections; it is asked again.
  commands.push(`set server ${key} state maint`, `del server ${key}`);
}

export const keyOf = ({ backend, server }: Pick<ServerState, "backend" | "server">): string =>
  `${backend}/${server}`;
