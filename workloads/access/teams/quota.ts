/** ResourceQuota and LimitRange of a team's namespace, from the settings: pure functions. */
import { cores } from "../../sizes";
import type { TeamSettings } from "./settings";

type Quantities = Readonly<Record<string, string>>;

/** Settings of the quota, and what Kubernetes calls each. */
export const quotaKeys = {
  cpu: "requests.cpu",
  memoryGiB: "requests.memory",
  memoryLimitGiB: "limits.memory",
  pods: "pods",
  volumes: "persistentvolumeclaims",
  storageGiB: "requests.storage",
  nodePorts: "services.nodeports",
} as const satisfies Record<keyof TeamSettings["quota"], string>;

export type QuotaSetting = keyof typeof quotaKeys;

export function memoryLimitGiB({
  memoryGiB,
  memoryLimitGiB,
}: Pick<TeamSettings["quota"], "memoryGiB" | "memoryLimitGiB">): number {
  return memoryLimitGiB ?? 2 * memoryGiB;
}

/**
 * `spec.hard` of the quota. No `limits.cpu`: it would ask every container for a CPU limit, and a core that nobody else
 * wants is nobody's loss. Balancers in front of Services are made by stack 1, not by a Service.
 */
export function quotaHard({ quota }: Pick<TeamSettings, "quota">): Quantities {
  const { cpu, memoryGiB, pods, volumes, storageGiB, nodePorts } = quota;
  const given: Readonly<Record<QuotaSetting, string>> = {
    cpu: cores(cpu),
    memoryGiB: gibibytes(memoryGiB),
    memoryLimitGiB: gibibytes(memoryLimitGiB(quota)),
    pods: String(pods),
    volumes: String(volumes),
    storageGiB: gibibytes(storageGiB),
    nodePorts: String(nodePorts),
  };
  const hard = Object.entries(given).map(([setting, value]) => [quotaKeys[setting as QuotaSetting], value]);
  return { ...(Object.fromEntries(hard) as Quantities), "services.loadbalancers": "0" };
}

export interface LimitRangeItem {
  readonly type: "Container";
  readonly defaultRequest: Quantities;
  /** Limits of a container that says none. */
  readonly default: Quantities;
  readonly max?: Quantities;
}

/** The LimitRange's one entry: what the quota counts is there for every container, so that each one is taken. */
export function containerLimits({ limits }: Pick<TeamSettings, "limits">): LimitRangeItem {
  const { requestCpu, requestMemoryMiB, memoryMiB, max } = limits;
  const most: Quantities = {
    ...(max.cpu !== undefined && { cpu: cores(max.cpu) }),
    ...(max.memoryMiB !== undefined && { memory: mebibytes(max.memoryMiB) }),
  };
  return {
    type: "Container",
    defaultRequest: { cpu: cores(requestCpu), memory: mebibytes(requestMemoryMiB) },
    default: { ...(most["cpu"] !== undefined && { cpu: most["cpu"] }), memory: mebibytes(memoryMiB) },
    ...(Object.keys(most).length > 0 && { max: most }),
  };
}

const gibibytes = (value: number): string => mebibytes(value * 1024);

/** Quantity in canonical form: `4Gi`, `512Mi`; never less than `1Mi`. */
function mebibytes(value: number): string {
  const whole = Math.max(1, Math.round(value));
  return whole % 1024 === 0 ? `${whole / 1024}Gi` : `${whole}Mi`;
}
