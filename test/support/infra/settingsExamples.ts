/** Clusters for the tests of stack 1, as a user would write their settings. */

/** One control plane, one worker. */
export const small = { adminCidrs: ["203.0.113.0/24"] };

/** One control plane, three workers, one in each zone. */
export const threeZones = {
  ...small,
  clusterName: "ground",
  availabilityZones: 3,
  workers: [{ name: "default", count: 3 }],
};

/** Three control planes and three workers, one of each in each zone. */
export const threeControlPlanes = { ...threeZones, controlPlane: { count: 3 } };

/** Two pools, one of them spot machines with labels and taints, every optional setting on. */
export const twoPools = {
  ...small,
  adminCidrs: ["203.0.113.0/24", "198.51.100.7/32"],
  clusterName: "ground",
  availabilityZones: 2,
  flowLogs: true,
  permissionsBoundary: "arn:aws:iam::123456789012:policy/perigee-boundary",
  machineImage: "ami-0123456789abcdef0",
  mirrors: { registries: { "docker.io": "https://mirror.example/v2/hub" } },
  publishedNodePorts: [{ port: 30081, protocol: "tcp", why: "Ground station antenna control" }],
  workers: [
    { name: "steady", count: 2, instanceType: "m7i.large", diskGiB: 100 },
    {
      name: "passes",
      count: 1,
      spot: true,
      labels: { "example.org/pass": "true", tier: "burst" },
      taints: [{ key: "example.org/pass", value: "true", effect: "NoSchedule" }],
    },
  ],
};

/** The same brought back from the bucket of a former cluster. */
export const restored = {
  ...twoPools,
  backup: { bucket: "ground-backup-7654321" },
  restoreFrom: "latest",
};

/** Outputs that `twoPools` has from before. */
export const running = {
  clusterName: "ground",
  nodes: [{ name: "ground-control-plane-1", role: "control-plane", instanceId: "i-1" }],
};
