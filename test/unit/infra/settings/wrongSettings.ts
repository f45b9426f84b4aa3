/** Settings that are wrong, and what a user is told. */
import { testedVersions } from "../../../../infra/versions";
import { small } from "../../../support/infra/settingsExamples";

const pool = { name: "default" };
const keys =
  "clusterName, kubernetesVersion, adminCidrs, vpcCidr, availabilityZones, podCidr, serviceCidr, controlPlane, " +
  "workers, machineImage, machineImageUser, mirrors, keys, access, publishedNodePorts, backup, updates, restoreFrom, flowLogs, permissionsBoundary, " +
  "drainTimeoutSeconds, readyTimeoutSeconds";
const keyRule =
  "a key is [prefix/]name; the name has at most 63 of A-Z a-z 0-9 . _ - and begins and ends with a letter or digit";
const valueRule = "at most 63 of A-Z a-z 0-9 . _ -, beginning and ending with a letter or digit, or empty";
const privateRule =
  "is not private; allowed: blocks within 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 100.64.0.0/10";
const zonesRule = (given: unknown): string =>
  `availabilityZones = ${JSON.stringify(given)}: a whole number from 1 to 3, or a list of 1 to 3 zones such as [eu-central-1a, eu-central-1b]`;
const ownLabels = [
  "kubernetes.io/arch",
  "kubernetes.io/hostname",
  "kubernetes.io/os",
  "topology.kubernetes.io/region",
  "topology.kubernetes.io/zone",
  "node.kubernetes.io/instance-type",
  "beta.kubernetes.io/arch",
  "failure-domain.beta.kubernetes.io/zone",
];
const ownTaints = [
  "node.kubernetes.io/not-ready",
  "node.kubernetes.io/unschedulable",
  "node.cloudprovider.kubernetes.io/uninitialized",
  "node-role.kubernetes.io/control-plane",
];
const mirrorsOf = (count: number): Record<string, string> =>
  Object.fromEntries(
    Array.from({ length: count }, (_, n) => [
      `registry-${n}.example`,
      `https://mirror-${n}.example/a/long/way/to/it`,
    ]),
  );

/** What a user writes -> every line of the complaint. */
export const refused: Readonly<Record<string, { settings: object; lines: readonly string[] }>> = {
  "a permissions boundary that is no policy's ARN": {
    settings: { ...small, permissionsBoundary: "arn:aws:iam::123456789012:role/perigee-boundary" },
    lines: [
      'permissionsBoundary = "arn:aws:iam::123456789012:role/perigee-boundary": the ARN of an IAM policy such as arn:aws:iam::123456789012:policy/perigee-boundary',
    ],
  },
  "numbers of keys that are none": {
    settings: { ...small, keys: { login: 0, secrets: 1.5 } },
    lines: [
      "keys.login = 0: a whole number from 1 to 1000",
      "keys.secrets = 1.5: a whole number from 1 to 1000",
    ],
  },
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
  "a control plane of an even number": {
    settings: { ...small, controlPlane: { count: 2 } },
    lines: [
      "controlPlane.count = 2: allowed: 1, 3 or 5; etcd needs more than half of them, so an even number outlives no more losses than one less",
    ],
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
        "node-role.kubernetes.io/ is reserved; allowed there: kubelet.kubernetes.io/… and node.kubernetes.io/…",
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
  "labels that say what a machine is": {
    settings: {
      ...small,
      workers: [{ ...pool, labels: Object.fromEntries(ownLabels.map((key) => [key, "x"])) }],
    },
    lines: ownLabels.map(
      (key) =>
        `^workers\\[0\\]\\.labels\\.${key} = "${key}": is set by .*; use a key of your own, such as example\\.org/pass$`,
    ),
  },
  "taints that say what state a node is in": {
    settings: {
      ...small,
      workers: [{ ...pool, taints: ownTaints.map((key) => ({ key, effect: "NoExecute" })) }],
    },
    lines: ownTaints.map(
      (key, index) =>
        `^workers\\[0\\]\\.taints\\[${index}\\]\\.key = "${key}": is set by .*; use a key of your own`,
    ),
  },
  "two taints of one key and effect, whatever their values": {
    settings: {
      ...small,
      workers: [
        {
          ...pool,
          taints: [
            { key: "a", value: "1", effect: "NoSchedule" },
            { key: "a", value: "1", effect: "NoExecute" },
            { key: "a", value: "2", effect: "NoSchedule" },
            { key: "a", effect: "NoExecute" },
          ],
        },
      ],
    },
    lines: [
      'workers[0].taints[2] = "a:NoSchedule": taints[0] has that key and effect already; a node has one value for both',
      'workers[0].taints[3] = "a:NoExecute": taints[1] has that key and effect already; a node has one value for both',
    ],
  },
  "an address block twice; one within another is no second rule": {
    settings: { adminCidrs: ["203.0.113.7/32", "203.0.113.0/24", "203.0.113.7/32", "203.0.113.0/24"] },
    lines: [
      'adminCidrs[2] = "203.0.113.7/32": adminCidrs[0] is that block already; name it once',
      'adminCidrs[3] = "203.0.113.0/24": adminCidrs[1] is that block already; name it once',
    ],
  },
  "blocks that are not private, for the cluster's own networks": {
    settings: { ...small, vpcCidr: "52.0.0.0/16", podCidr: "169.254.0.0/16", serviceCidr: "172.32.0.0/16" },
    lines: [
      `vpcCidr = "52.0.0.0/16": ${privateRule}`,
      `podCidr = "169.254.0.0/16": ${privateRule}`,
      `serviceCidr = "172.32.0.0/16": ${privateRule}`,
    ],
  },
  "a block that is private only in part": {
    settings: { ...small, podCidr: "100.0.0.0/8", serviceCidr: "192.0.2.0/24" },
    lines: [`podCidr = "100.0.0.0/8": ${privateRule}`, `serviceCidr = "192.0.2.0/24": ${privateRule}`],
  },
  "blocks that no operator comes from": {
    settings: {
      adminCidrs: ["0.0.0.0/8", "127.0.0.1/32", "169.254.169.254/32", "224.0.0.0/8", "255.255.255.255/32"],
    },
    lines: ["0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "240.0.0.0/4"].map(
      (block, index) =>
        `^adminCidrs\\[${index}\\] = .*: no traffic comes from ${block} \\(.*; give the public addresses`,
    ),
  },
  "more machines than a zone's subnet has room for, of all pools": {
    settings: {
      ...small,
      workers: [
        { ...pool, count: 150 },
        { name: "other", count: 101 },
      ],
    },
    lines: [
      'workers = "1 + 150 + 101 machines": puts 252 machines into subnet 1 of 1, which has room for 251; ' +
        "lower workers[].count, or raise availabilityZones (at most 3)",
    ],
  },
  "more machines than there is room for where every pool begins": {
    settings: {
      ...small,
      podCidr: "10.128.0.0/9",
      availabilityZones: 2,
      workers: [
        { ...pool, count: 500 },
        { name: "other", count: 1 },
      ],
    },
    lines: [
      'workers = "1 + 500 + 1 machines": puts 252 machines into subnet 1 of 2, which has room for 251; ' +
        "lower workers[].count, or raise availabilityZones (at most 3)",
    ],
  },
  "zones by name that are none": {
    settings: { ...small, availabilityZones: ["eu-central-1", "eu-central-1a"] },
    lines: [`availabilityZones[0] = "eu-central-1": a zone's name, such as eu-central-1a`],
  },
  "a zone by name twice": {
    settings: { ...small, availabilityZones: ["eu-central-1a", "eu-central-1a"] },
    lines: ['availabilityZones = ["eu-central-1a","eu-central-1a"]: each zone once'],
  },
  "more zones by name than three, or none": {
    settings: { ...small, availabilityZones: [] },
    lines: [zonesRule([])],
  },
  "zones that are neither a number nor names": {
    settings: { ...small, availabilityZones: "eu-central-1a" },
    lines: [zonesRule("eu-central-1a")],
  },
  "a login user that no image has, or the default image does not": {
    settings: { ...small, machineImageUser: "admin" },
    lines: [
      'machineImageUser = "admin": the default image has the user ubuntu; name the machineImage that has this one, or leave it out',
    ],
  },
  "root as the login user, whom the boot document locks out": {
    settings: { ...small, machineImage: "ami-0123456789abcdef0", machineImageUser: "root" },
    lines: ['machineImageUser = "root": a login user of the image other than root, such as ubuntu or admin'],
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
      `adminCidr: there is no such setting; did you mean adminCidrs? (allowed: ${keys})`,
      "controlPlane.disk: there is no such setting; did you mean diskGiB? (allowed: count, instanceType, diskGiB)",
      "workers[0].cuont: there is no such setting; did you mean count? " +
        "(allowed: name, count, instanceType, diskGiB, spot, labels, taints)",
    ],
  },
  "an unknown key that is near none": {
    settings: { ...small, managedControlPlane: true },
    lines: [`managedControlPlane: there is no such setting (allowed: ${keys})`],
  },
  "user data that is too large": {
    settings: { ...small, mirrors: { registries: mirrorsOf(80) } },
    lines: [
      /^mirrors = "80 registries": makes the machines' user data \d{5} bytes; EC2 allows 16384\. Name fewer registries$/
        .source,
    ],
  },
  "user data that is too large for a Spot machine, which has more of it": {
    settings: { ...small, mirrors: { registries: mirrorsOf(20) }, workers: [{ ...pool, spot: true }] },
    lines: [
      /^mirrors = "20 registries": makes the machines' user data (1[6-9]|2\d)\d{3} bytes; EC2 allows 16384\. Name fewer registries$/
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
      'mirrors.kubernetesPackages = "mirror/": an http(s) URL without a closing slash; it begins with http:// or https://',
      /^mirrors\.registries\.bad host = "bad host": a registry's host, such as registry\.k8s\.io; the host is a DNS name/
        .source,
      'mirrors.registries.docker.io = "x": an http(s) URL without a closing slash; it begins with http:// or https://',
    ],
  },
  "mirrors that ask for a password, which is not shown": {
    settings: {
      ...small,
      mirrors: {
        kubernetesPackages: "https://user:secret@mirror.example",
        registries: {
          "docker.io": "https://user:se/cr@et@mirror.example:port",
          "https://user:secret@quay.io": "https://mirror.example",
        },
      },
    },
    lines: [
      /^mirrors\.kubernetesPackages = "https:\/\/\[secret\]@mirror\.example": .*; no user or password: /
        .source,
      /^mirrors\.registries\.docker\.io = "https:\/\/\[secret\]@mirror\.example:port": /.source,
      /^mirrors\.registries\.https:\/\/\[secret\]@quay\.io = "https:\/\/\[secret\]@quay\.io": /.source,
    ],
  },
  "a mirror's URL that cannot be read, beside other problems": {
    settings: { ...small, availabilityZones: 4, mirrors: { registries: { "docker.io": "https://[::1" } } },
    lines: [
      zonesRule(4),
      /^mirrors\.registries\.docker\.io = "https:\/\/\[::1": an http\(s\) URL without a closing slash; /
        .source,
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
      zonesRule(4),
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
      `workres: there is no such setting; did you mean workers? (allowed: ${keys})`,
      "adminCidrs = []: at least one IPv4 block: nobody could reach the cluster",
      'vpcCidr = "10.1.2.3/16": has host bits set; the block is 10.1.0.0/16',
      zonesRule(0),
      'serviceCidr = "10.96.0.0/12": overlaps podCidr 10.96.0.0/16; the VPC, pods and Services need blocks of their own',
    ],
  },
};
