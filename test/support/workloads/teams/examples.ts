/** Two teams, as a user writes them: one with all that can be set, one with nothing but a name. */
export const flightDynamics = {
  name: "flight-dynamics",
  namespaces: ["orbits", "orbits-test"],
  groups: { view: ["everybody"], deploy: ["fd"], edit: ["fd-leads"] },
  podSecurity: "restricted",
  quota: {
    ...{ cpu: 1.5, memoryGiB: 2, memoryLimitGiB: 3, pods: 10 },
    ...{ volumes: 2, storageGiB: 20, nodePorts: 1 },
  },
  limits: {
    ...{ requestCpu: 0.1, requestMemoryMiB: 128, memoryMiB: 512 },
    max: { cpu: 1, memoryMiB: 1024 },
  },
} as const;

export const payload = {
  name: "payload",
  groups: { edit: ["payload-leads"] },
  pipeline: false,
  podSecurity: "baseline",
} as const;

export const twoTeams = [flightDynamics, payload];
