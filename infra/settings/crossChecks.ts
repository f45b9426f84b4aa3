/** Checks across several settings of stack 1. */
import { nodePorts } from "../../contract/outputs";
import type { CrossCheck, SettingProblem } from "../../settings/load";
import type { Settings } from "../config";
import { architectureOf, defaultImageUser } from "../machines/image";
import { machineName } from "../machines/names";
import { renderUserData, userDataLimitBytes } from "../machines/userData";
import { type Cidr, machinesInSubnet, machinesPerSubnet, machineSubnets, overlaps } from "../network/cidr";
import { trafficRules } from "../network/trafficRules";

export const crossChecks: readonly CrossCheck<Settings>[] = [
  sameBlocks,
  overlappingBlocks,
  tooManyZones,
  tooManyNodes,
  tooManyMachines,
  sameNames,
  samePorts,
  tooManyRules,
  userWithoutImage,
  largeUserData,
  mixedArchitectures,
];

/** Problem of a block that is there twice: AWS refuses the second rule. Blocks that overlap make different rules. */
function sameBlocks({ adminCidrs = [] }: Partial<Settings>): SettingProblem[] {
  return adminCidrs.flatMap(({ text }, index) => {
    const first = adminCidrs.findIndex((other) => other.text === text);
    if (first === index) return [];
    const problem = `adminCidrs[${first}] is that block already; name it once`;
    return [{ setting: `adminCidrs[${index}]`, given: text, problem }];
  });
}

function overlappingBlocks(settings: Partial<Settings>): SettingProblem[] {
  const blocks = (["vpcCidr", "podCidr", "serviceCidr"] as const).flatMap((setting) => {
    const block = settings[setting];
    return block === undefined ? [] : [{ setting, block }];
  });
  return blocks.flatMap((one, index) =>
    blocks
      .slice(0, index)
      .filter((other) => overlaps(one.block, other.block))
      .map((other) => ({
        setting: one.setting,
        given: one.block.text,
        problem: `overlaps ${other.setting} ${other.block.text}; the VPC, pods and Services need blocks of their own`,
      })),
  );
}

function tooManyZones({ vpcCidr, availabilityZones }: Partial<Settings>): SettingProblem[] {
  if (vpcCidr === undefined || availabilityZones === undefined) return [];
  try {
    machineSubnets(vpcCidr, availabilityZones.count);
    return [];
  } catch (error) {
    return [
      {
        setting: "availabilityZones",
        given: availabilityZones.names ?? availabilityZones.count,
        problem: (error as Error).message,
      },
    ];
  }
}

function tooManyNodes({ podCidr, workers, controlPlane }: Partial<Settings>): SettingProblem[] {
  if (podCidr === undefined || workers === undefined || controlPlane === undefined) return [];
  const nodes = workers.reduce<number>((sum, pool) => sum + pool.count, controlPlane.count);
  const room = blocksOf24(podCidr);
  if (nodes <= room) return [];
  return [
    {
      setting: "podCidr",
      given: podCidr.text,
      problem: `has room for ${room} nodes (a /24 each), the settings ask for ${nodes}; take a larger block`,
    },
  ];
}

/** Problem of a zone whose subnet, a /24, has fewer addresses than the pools put machines there. */
function tooManyMachines({ workers, controlPlane, availabilityZones }: Partial<Settings>): SettingProblem[] {
  if (workers === undefined || controlPlane === undefined || availabilityZones === undefined) return [];
  const counts = [controlPlane, ...workers].map(({ count }) => count);
  const room = machinesInSubnet - (controlPlane.count === 1 ? 0 : 1); // the balancer has an address in each
  return machinesPerSubnet(counts, availabilityZones.count).flatMap((machines, index) => {
    if (machines <= room) return [];
    const problem =
      `puts ${machines} machines into subnet ${index + 1} of ${availabilityZones.count}, which has room for ` +
      `${room}; lower workers[].count, or raise availabilityZones (at most 3)`;
    return [{ setting: "workers", given: `${counts.join(" + ")} machines`, problem }];
  });
}

const blocksOf24 = (block: Cidr): number => 2 ** (24 - block.prefix);

function sameNames({ workers = [] }: Partial<Settings>): SettingProblem[] {
  return workers.flatMap((pool, index) => {
    const setting = `workers[${index}].name`;
    if (pool.name === "control-plane") {
      return [{ setting, given: pool.name, problem: "is the control plane's own name; allowed: any other" }];
    }
    const first = workers.findIndex((other) => other.name === pool.name);
    if (first === index) return [];
    return [
      { setting, given: pool.name, problem: `workers[${first}] has that name already; names are unique` },
    ];
  });
}

function samePorts({ publishedNodePorts = [] }: Partial<Settings>): SettingProblem[] {
  const own = Object.values(nodePorts).map((known) => `${known.port}/${known.protocol}`);
  return publishedNodePorts.flatMap((published, index) => {
    const written = `${published.port}/${published.protocol}`;
    const before = publishedNodePorts.slice(0, index).map((other) => `${other.port}/${other.protocol}`);
    if (![...own, ...before].includes(written)) return [];
    return [
      {
        setting: `publishedNodePorts[${index}]`,
        given: written,
        problem: `is published already (Perigee's own: ${own.join(", ")})`,
      },
    ];
  });
}

/** Default AWS quota of inbound rules per security group. */
const rulesPerGroup = 60;

function tooManyRules({ adminCidrs, publishedNodePorts }: Partial<Settings>): SettingProblem[] {
  if (adminCidrs === undefined || publishedNodePorts === undefined) return [];
  const rules = trafficRules(publishedNodePorts)
    .filter(({ to }) => to === "node")
    .flatMap(({ from }) => from)
    .reduce((sum, peer) => sum + (peer === "admin" ? adminCidrs.length : 1), 0);
  if (rules <= rulesPerGroup) return [];
  return [
    {
      setting: "adminCidrs",
      given: adminCidrs.map(({ text }) => text),
      problem: `and publishedNodePorts make ${rules} rules; a security group holds ${rulesPerGroup}. Name fewer of either`,
    },
  ];
}

/** Problem of a login user for the default image, which has its own. */
function userWithoutImage({ machineImage, machineImageUser }: Partial<Settings>): SettingProblem[] {
  if (machineImage !== undefined || machineImageUser === undefined || machineImageUser === defaultImageUser) {
    return [];
  }
  const problem = `the default image has the user ${defaultImageUser}; name the machineImage that has this one, or leave it out`;
  return [{ setting: "machineImageUser", given: machineImageUser, problem }];
}

/** Problem when the pools need more than one architecture: an image has only one. */
function mixedArchitectures({ machineImage, controlPlane, workers }: Partial<Settings>): SettingProblem[] {
  if (machineImage === undefined || controlPlane === undefined || workers === undefined) return [];
  const pools = [controlPlane, ...workers.filter(({ count }) => count > 0)];
  const types = pools.map(({ instanceType }) => instanceType);
  const kinds = new Set(types.map(architectureOf));
  if (kinds.size < 2) return [];
  const written = types.map((type) => `${type} is ${architectureOf(type)}`).join(", ");
  const problem = `cannot boot on every machine (${written}); take one architecture, or leave it out`;
  return [{ setting: "machineImage", given: machineImage, problem }];
}

/** Problem when the list of mirrors is too long: EC2 rejects user data above 16 KiB. */
function largeUserData(settings: Partial<Settings>): SettingProblem[] {
  const { clusterName, kubernetesVersion, mirrors, workers = [] } = settings;
  if (clusterName === undefined || kubernetesVersion === undefined || mirrors === undefined) return [];
  const placeholder = "x".repeat(500);
  const machine = {
    role: "control-plane",
    spot: false,
    hostName: machineName(clusterName, "control-plane", 1),
  } as const;
  const spotMachines = workers
    .filter(({ spot }) => spot)
    .map(
      ({ name }) => ({ role: "worker", spot: true, hostName: machineName(clusterName, name, 500) }) as const,
    );
  const sizes = [machine, ...spotMachines].map((one) =>
    Buffer.byteLength(
      renderUserData({
        ...one,
        kubernetesVersion,
        mirrors,
        hostKey: { private: placeholder, public: placeholder },
        authorizedKeys: [placeholder, placeholder],
      }),
    ),
  );
  const bytes = Math.max(...sizes);
  if (bytes <= userDataLimitBytes) return [];
  return [
    {
      setting: "mirrors",
      given: `${Object.keys(mirrors.registries).length} registries`,
      problem: `makes the machines' user data ${bytes} bytes; EC2 allows ${userDataLimitBytes}. Name fewer registries`,
    },
  ];
}
