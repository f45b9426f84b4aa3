/** Settings that are wrong, and what a user is told. */
import { testedVersions } from "../../../../infra/versions";
import { small } from "../../../support/infra/settingsExamples";

const pool = { name: "default" };
const keys =
  "clusterName, kubernetesVersion, adminCidrs, vpcCidr, availabilityZones, podCidr, serviceCidr, controlPlane, " +
  "workers, machineImage, mirrors, publishedNodePorts, flowLogs, drainTimeoutSeconds, readyTimeoutSeconds";
const keyRule =
  "a key is [prefix/]name; the name has at most 63 of A-Z a-z 0-9 . _ - and begins and ends with a letter or digit";
const valueRule = "at most 63 of A-Z a-z 0-9 . _ -, beginning and ending with a letter or digit, or empty";
const mirrorsOf = (count: number): Record<string, string> =>
  Object.fromEntries(
    Array.from({ length: count }, (_, n) => [
      `registry-${n}.example`,
      `https://mirror-${n}.example/a/long/way/to/it`,
    ]),
  );

/** What a user writes -> every line of the complaint. */
export const refused: Readonly<Record<string, { settings: object; lines: readonly string[] }>> = {
  "a malformed block": {
    settings: { ...small, vpcCidr: "10.0.0.0", podCidr: "10.0.0.300/16", serviceCidr: "fd00::/108" },
    lines: [
      'vpcCidr = "10.0.0.0": is not an IPv4 block such as 10.0.0.0/16',
      'podCidr = "10.0.0.300/16": is not an IPv4 block such as 10.0.0.0/16',
      'serviceCidr = "fd00::/108": is not an IPv4 block such as 10.0.0.0/16',
    ],
  },
  "a block with host bits": {
    settings: { adminCidrs: ["203.0.113.5/32", "203.0.113.5/24"], podCidr: "10.244.0.1/16" },
    lines: [
      'adminCidrs[1] = "203.0.113.5/24": has host bits set; the block is 203.0.113.0/24',
      'podCidr = "10.244.0.1/16": has host bits set; the block is 10.244.0.0/16',
    ],
  },
  "a VPC of a size that AWS or the subnets do not allow": {
    settings: { ...small, vpcCidr: "10.0.0.0/8" },
    lines: ['vpcCidr = "10.0.0.0/8": the prefix length must be /16 to /22'],
  },
  "pod, service and VPC blocks that overlap": {
    settings: { ...small, vpcCidr: "10.0.0.0/16", podCidr: "10.0.0.0/8", serviceCidr: "10.96.0.0/12" },
    lines: [
      'podCidr = "10.0.0.0/8": overlaps vpcCidr 10.0.0.0/16; the VPC, pods and Services need blocks of their own',
      'serviceCidr = "10.96.0.0/12": overlaps podCidr 10.0.0.0/8; the VPC, pods and Services need blocks of their own',
    ],
  },
  "no adminCidrs": {
    settings: {},
    lines: ["adminCidrs: is required: a list of IPv4 blocks"],
  },
  "empty adminCidrs": {
    settings: { adminCidrs: [] },
    lines: ["adminCidrs = []: at least one IPv4 block: nobody could reach the cluster"],
  },
  "adminCidrs that are no list": {
    settings: { adminCidrs: "203.0.113.0/24" },
    lines: ['adminCidrs = "203.0.113.0/24": a list of IPv4 blocks'],
  },
  "the whole world, or half of it, as adminCidrs": {
    settings: { adminCidrs: ["0.0.0.0/0", "::/0", "128.0.0.0/1"] },
    lines: [
      'adminCidrs[0] = "0.0.0.0/0": the prefix length must be /8 to /32',
      'adminCidrs[1] = "::/0": is not an IPv4 block such as 10.0.0.0/16',
      'adminCidrs[2] = "128.0.0.0/1": the prefix length must be /8 to /32',
    ],
  },
  "more rules than a security group holds": {
    settings: {
      adminCidrs: Array.from({ length: 9 }, (_, n) => `203.0.113.${n}/32`),
      publishedNodePorts: [30001, 30002].map((port) => ({ port, why: "antenna" })),
    },
    lines: [
      `adminCidrs = ${JSON.stringify(Array.from({ length: 9 }, (_, n) => `203.0.113.${n}/32`))}: ` +
        "and publishedNodePorts make 76 rules; a security group holds 60. Name fewer of either",
    ],
  },
  "an unknown or untested version": {
    settings: { ...small, kubernetesVersion: "1.33.0" },
    lines: [
      `kubernetesVersion = "1.33.0": "1.33.0" was not tested with this Perigee; allowed: ${testedVersions().join(", ")}`,
    ],
  },
  "a version without its patch number": {
    settings: { ...small, kubernetesVersion: 1.36 },
    lines: [
      `kubernetesVersion = 1.36: 1.36 was not tested with this Perigee; allowed: ${testedVersions().join(", ")}`,
    ],
  },
  "two pools of one name": {
    settings: { ...small, workers: [pool, { name: "other" }, pool, { name: "control-plane" }] },
    lines: [
      'workers[2].name = "default": workers[0] has that name already; names are unique',
      `workers[3].name = "control-plane": is the control plane's own name; allowed: any other`,
    ],
  },
  "a count that is negative, fractional, too large or no number": {
    settings: { ...small, workers: [-1, 1.5, 501, "3"].map((count, n) => ({ name: `pool${n}`, count })) },
    lines: [
      "workers[0].count = -1: a whole number from 0 to 500",
      "workers[1].count = 1.5: a whole number from 0 to 500",
      "workers[2].count = 501: a whole number from 0 to 500",
      'workers[3].count = "3": a whole number from 0 to 500',
    ],
  },
  "a control plane of three, five or two": {
    settings: { ...small, controlPlane: { count: 3 } },
    lines: ["controlPlane.count = 3: more than one control plane is not supported yet; allowed: 1"],
  },
  "a control plane of an even number": {
    settings: { ...small, controlPlane: { count: 2 } },
    lines: ["controlPlane.count = 2: more than one control plane is not supported yet; allowed: 1"],
  },
  "labels that Kubernetes refuses": {
    settings: {
      ...small,
      workers: [
        { ...pool, labels: { ok: "not ok", "-x": "y", "a/b/c": "d", "node-role.kubernetes.io/worker": "" } },
      ],
    },
    lines: [
      `workers[0].labels.ok = "not ok": ${valueRule}`,
      `workers[0].labels.-x = "-x": ${keyRule}`,
      `workers[0].labels.a/b/c = "a/b/c": ${keyRule}`,
      'workers[0].labels.node-role.kubernetes.io/worker = "node-role.kubernetes.io/worker": ' +
        "node-role.kubernetes.io/ is reserved; allowed there: kubelet.kubernetes.io/…, node.kubernetes.io/… and " +
        "kubernetes.io/arch, kubernetes.io/hostname, kubernetes.io/os, topology.kubernetes.io/region, " +
        "topology.kubernetes.io/zone",
    ],
  },
  "taints that Kubernetes refuses": {
    settings: {
      ...small,
      workers: [
        {
          ...pool,
          taints: [
            { key: "bad key", value: "v", effect: "NoSchedule" },
            { key: "k", value: "v", effect: "Never" },
            { key: "k", value: "a b", effect: "NoExecute" },
            { key: "UPPER.example/k", effect: "NoExecute" },
          ],
        },
      ],
    },
    lines: [
      `workers[0].taints[0].key = "bad key": ${keyRule}`,
      'workers[0].taints[1].effect = "Never": Invalid option: expected one of "NoSchedule"|"PreferNoSchedule"|"NoExecute"',
      `workers[0].taints[2].value = "a b": ${valueRule}`,
      'workers[0].taints[3].key = "UPPER.example/k": the part before / must be a DNS name',
    ],
  },
  "a malformed instance type": {
    settings: {
      ...small,
      controlPlane: { instanceType: "T3.medium" },
      workers: [{ ...pool, instanceType: "t3" }],
    },
    lines: [
      'controlPlane.instanceType = "T3.medium": an EC2 instance type such as t3.large',
      'workers[0].instanceType = "t3": an EC2 instance type such as t3.large',
    ],
  },
  "an unknown key, with the nearest known one": {
    settings: {
      ...small,
      adminCidr: ["1.2.3.4/32"],
      controlPlane: { disk: 4 },
      workers: [{ ...pool, cuont: 2 }],
    },
    lines: [
      `adminCidr = "[\\"1.2.3.4/32\\"]": there is no such setting; did you mean adminCidrs? (allowed: ${keys})`,
      "controlPlane.disk: there is no such setting; did you mean diskGiB? (allowed: count, instanceType, diskGiB)",
      "workers[0].cuont: there is no such setting; did you mean count? " +
        "(allowed: name, count, instanceType, diskGiB, spot, labels, taints)",
    ],
  },
  "an unknown key that is near none": {
    settings: { ...small, managedControlPlane: true },
    lines: [`managedControlPlane = "true": there is no such setting (allowed: ${keys})`],
  },
  "user data that is too large": {
    settings: { ...small, mirrors: { registries: mirrorsOf(80) } },
    lines: [
      /^mirrors = "80 registries": makes the machines' user data \d{5} bytes; EC2 allows 16384\. Name fewer registries$/
        .source,
    ],
  },
  "user data that is too large for a Spot machine, which has more of it": {
    settings: { ...small, mirrors: { registries: mirrorsOf(30) }, workers: [{ ...pool, spot: true }] },
    lines: [
      /^mirrors = "30 registries": makes the machines' user data 1[6-9]\d{3} bytes; EC2 allows 16384\. Name fewer registries$/
        .source,
    ],
  },
  "more nodes than the pod block has room for": {
    settings: { ...small, podCidr: "10.244.0.0/24", workers: [{ ...pool, count: 2 }] },
    lines: [
      'podCidr = "10.244.0.0/24": has room for 1 nodes (a /24 each), the settings ask for 3; take a larger block',
    ],
  },
  "mirrors that are no registries or no URLs": {
    settings: {
      ...small,
      mirrors: { kubernetesPackages: "mirror/", registries: { "bad host": "http://x", "docker.io": "x" } },
    },
    lines: [
      'mirrors.kubernetesPackages = "mirror/": an http(s) URL without a closing slash',
      'mirrors.registries.bad host = "bad host": a registry\'s host, such as registry.k8s.io',
      'mirrors.registries.docker.io = "x": an http(s) URL without a closing slash',
    ],
  },
  "a node port that is none, or is Perigee's own": {
    settings: { ...small, publishedNodePorts: [{ port: 30300, why: "mine" }] },
    lines: [
      'publishedNodePorts[0] = "30300/tcp": is published already ' +
        "(Perigee's own: 30090/tcp, 30093/tcp, 30115/udp, 30300/tcp, 30464/tcp)",
    ],
  },
  "an image for one architecture, and machines of two": {
    settings: {
      ...small,
      machineImage: "ami-0123456789abcdef0",
      workers: [{ ...pool, instanceType: "t4g.large" }],
    },
    lines: [
      'machineImage = "ami-0123456789abcdef0": cannot boot on every machine ' +
        "(t3.medium is amd64, t4g.large is arm64); take one architecture, or leave it out",
    ],
  },
  "a reason that AWS does not take as a description": {
    settings: { ...small, publishedNodePorts: [{ port: 30500, why: "Bob's port" }] },
    lines: [
      /^publishedNodePorts\[0\]\.why = "Bob's port": what AWS takes as a description: at most 200 of/.source,
    ],
  },
  "names, images and limits out of their bounds": {
    settings: {
      ...small,
      clusterName: "Ground_1",
      machineImage: "ubuntu",
      availabilityZones: 4,
      drainTimeoutSeconds: 1,
      readyTimeoutSeconds: 4000,
      controlPlane: { diskGiB: 1 },
    },
    lines: [
      'clusterName = "Ground_1": a DNS label: a-z, 0-9 and -, beginning with a letter, at most 32 characters',
      "availabilityZones = 4: a whole number from 1 to 3",
      "controlPlane.diskGiB = 1: a whole number from 10 to 16384",
      'machineImage = "ubuntu": an AMI id such as ami-0123456789abcdef0',
      "drainTimeoutSeconds = 1: a whole number from 10 to 3600",
      "readyTimeoutSeconds = 4000: a whole number from 60 to 3600",
    ],
  },
  "many things at once": {
    settings: {
      adminCidrs: [],
      vpcCidr: "10.1.2.3/16",
      podCidr: "10.96.0.0/16",
      workres: [],
      availabilityZones: 0,
    },
    lines: [
      `workres = "[]": there is no such setting; did you mean workers? (allowed: ${keys})`,
      "adminCidrs = []: at least one IPv4 block: nobody could reach the cluster",
      'vpcCidr = "10.1.2.3/16": has host bits set; the block is 10.1.0.0/16',
      "availabilityZones = 0: a whole number from 1 to 3",
      'serviceCidr = "10.96.0.0/12": overlaps podCidr 10.96.0.0/16; the VPC, pods and Services need blocks of their own',
    ],
  },
};
