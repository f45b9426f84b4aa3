import assert from "node:assert/strict";
import fc from "fast-check";
import { backendsOf } from "../../../../../lab/host/balancer/haproxyConfig";
import type { BalancerTarget } from "../../../../../lab/host/balancer/spec";
import {
  type Memory,
  nextStep,
  parseServerStates,
  type ServerState,
  type Step,
} from "../../../../../lab/host/balancer/targets";
import { balancer, target } from "./examples";

const registrationMs = 10_000;
const key = "api/i-5:6443";

/** haproxy as far as the keeper uses it: what a command does to a server. Checks are given from outside. */
class Haproxy {
  readonly servers = new Map<string, ServerState>();
  readonly opened: string[] = [];
  connections = new Map<string, number>();

  tell(command: string): void {
    const [, backend = "", server = ""] = /(\w+)\/([\w-]+:\d+)/.exec(command) ?? [];
    const id = `${backend}/${server}`;
    const known = this.servers.get(id);
    const set = (changes: Partial<ServerState>): void => {
      assert.ok(known, `${command}: no such server`);
      this.servers.set(id, { ...known, ...changes });
    };
    if (command.startsWith("add server")) {
      assert.equal(known, undefined, `${command}: there already`);
      this.servers.set(id, {
        ...{ backend, server, isUp: true, isDraining: false, isInMaintenance: true },
        passes: undefined,
      });
    } else if (command.endsWith("state drain")) set({ isDraining: true, isInMaintenance: false });
    else if (command.endsWith("state ready")) set({ isDraining: false, isInMaintenance: false });
    else if (command.endsWith("state maint")) set({ isDraining: false, isInMaintenance: true });
    else if (command.startsWith("shutdown sessions")) this.connections.delete(id);
    else if (command.startsWith("del server")) {
      assert.equal(known?.isInMaintenance, true);
      if (!this.connections.has(id)) this.servers.delete(id);
    } else assert.match(command, /^enable health /);
  }

  check(id: string, passes: boolean): void {
    const known = this.servers.get(id);
    if (known !== undefined) this.servers.set(id, { ...known, passes, isUp: passes });
  }

  /** Servers that get new connections. */
  serving(): string[] {
    return [...this.servers]
      .filter(([, { isUp, isDraining, isInMaintenance }]) => isUp && !isDraining && !isInMaintenance)
      .map(([id]) => id);
  }
}

/** The keeper's loop over a span of time, a step each quarter of a second. */
function play(
  haproxy: Haproxy,
  targets: readonly BalancerTarget[],
  memory: ReadonlyMap<string, Memory>,
  from: number,
  seconds: number,
): Step {
  let step: Step = { commands: [], memory, health: new Map() };
  for (let now = from; now <= from + seconds * 1000; now += 250) {
    step = nextStep(
      backendsOf(balancer({}, [...targets])),
      [...haproxy.servers.values()],
      step.memory,
      registrationMs,
      now,
    );
    step.commands.forEach((command) => haproxy.tell(command));
  }
  return step;
}

describe("a target of a balancer", () => {
  it("gets nothing while it is initial, however well it answers: a registration takes its time", () => {
    const haproxy = new Haproxy();
    let step = play(haproxy, [target(5)], new Map(), 0, 0);
    haproxy.check(key, true);
    step = play(haproxy, [target(5)], step.memory, 250, 9);
    assert.deepEqual([haproxy.serving(), step.health.get(key)], [[], "initial"]);
    step = play(haproxy, [target(5)], step.memory, 9500, 2);
    assert.deepEqual([haproxy.serving(), step.health.get(key)], [[key], "healthy"]);
  });

  it("that does not answer becomes unhealthy, gets nothing, and gets its share once it answers", () => {
    const haproxy = new Haproxy();
    let step = play(haproxy, [target(5)], new Map(), 0, 0);
    haproxy.check(key, false);
    step = play(haproxy, [target(5)], step.memory, 250, 20);
    assert.deepEqual([haproxy.serving(), step.health.get(key)], [[], "unhealthy"]);
    haproxy.check(key, true);
    step = play(haproxy, [target(5)], step.memory, 21_000, 1);
    assert.deepEqual([haproxy.serving(), step.health.get(key)], [[key], "healthy"]);
    haproxy.check(key, false);
    assert.equal(play(haproxy, [target(5)], step.memory, 23_000, 1).health.get(key), "unhealthy");
    assert.deepEqual(haproxy.serving(), []);
  });

  it("that was deregistered gets nothing new at once, keeps its connections for the delay, then goes", () => {
    const haproxy = new Haproxy();
    let step = play(haproxy, [target(5)], new Map(), 0, 0);
    haproxy.check(key, true);
    step = play(haproxy, [target(5)], step.memory, 250, 20);
    haproxy.connections.set(key, 1);
    step = play(haproxy, [], step.memory, 30_000, 9);
    assert.deepEqual([haproxy.serving(), step.health.get(key)], [[], "draining"]);
    assert.ok(haproxy.connections.has(key));
    play(haproxy, [], step.memory, 39_500, 2);
    assert.deepEqual([haproxy.servers.size, haproxy.connections.size], [0, 0]);
  });

  it("that is registered again while it drains begins anew", () => {
    const haproxy = new Haproxy();
    let step = play(haproxy, [target(5)], new Map(), 0, 0);
    haproxy.check(key, true);
    step = play(haproxy, [target(5)], step.memory, 250, 20);
    step = play(haproxy, [], step.memory, 21_000, 5);
    step = play(haproxy, [target(5)], step.memory, 27_000, 5);
    assert.equal(step.health.get(key), "initial");
    assert.equal(play(haproxy, [target(5)], step.memory, 32_000, 12).health.get(key), "healthy");
  });

  it("that serves goes on serving where another keeper takes over", () => {
    const haproxy = new Haproxy();
    let step = play(haproxy, [target(5)], new Map(), 0, 0);
    haproxy.check(key, true);
    play(haproxy, [target(5)], step.memory, 250, 20);
    step = play(haproxy, [target(5)], new Map(), 21_000, 1);
    assert.deepEqual([haproxy.serving(), step.health.get(key), step.commands], [[key], "healthy", []]);
  });

  it("gets new connections only while it is registered and passes, whatever comes in whatever order", () => {
    const event = fc.record({
      registered: fc.subarray([5, 6, 7]),
      passing: fc.subarray([5, 6, 7]),
      seconds: fc.integer({ min: 0, max: 25 }),
    });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 12 }), (events) => {
        const haproxy = new Haproxy();
        let memory: ReadonlyMap<string, Memory> = new Map();
        let now = 0;
        for (const { registered, passing, seconds } of events) {
          const targets = registered.map((number) => target(number));
          memory = play(haproxy, targets, memory, now, 0).memory;
          for (const number of [5, 6, 7]) haproxy.check(`api/i-${number}:6443`, passing.includes(number));
          memory = play(haproxy, targets, memory, now + 250, seconds).memory;
          now += seconds * 1000 + 500;
          const allowed = registered.filter((number) => passing.includes(number));
          const serving = haproxy.serving();
          assert.ok(serving.every((id) => allowed.some((number) => id === `api/i-${number}:6443`)));
          if (seconds > 16) assert.equal(serving.length, allowed.length);
        }
      }),
    );
  });
});

describe("haproxy's own words", () => {
  // Of haproxy 2.6.12.
  const head =
    "1\n# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_iweight srv_time_since_last_change srv_check_status srv_check_result srv_check_health srv_check_state srv_agent_state bk_f_forced_id srv_f_forced_id srv_fqdn srv_port srvrecord srv_use_ssl srv_check_port srv_check_addr srv_agent_addr srv_agent_port\n";

  it("are read: new, draining and passing, down, none", () => {
    const states = parseServerStates(
      `${head}3 tg 1 a 127.0.0.1 0 1 1 1 0 1 0 0 2 0 0 0 - 19001 - 0 0 - - 0
3 tg 2 b 127.0.0.1 2 8 1 1 5 15 3 4 6 0 0 0 - 19001 - 0 0 - - 0
3 tg 3 c 127.0.0.1 0 0 1 1 5 17 2 0 6 0 0 0 - 19001 - 0 0 - - 0

`,
    );
    assert.deepEqual(
      states.map(({ server, isUp, isDraining, isInMaintenance, passes }) => [
        server,
        isUp,
        isDraining,
        isInMaintenance,
        passes,
      ]),
      [
        ["a", false, false, true, undefined],
        ["b", true, true, false, true],
        ["c", false, false, false, false],
      ],
    );
    assert.deepEqual(parseServerStates(head), []);
  });
});
