/** What every telemetry pod keeps to: Pod Security's level `restricted`, and a read-only root besides. */

/** The user `node` of Node's own images. */
const user = 1000;

export const restrictedPod = {
  automountServiceAccountToken: false,
  // Environment variables for every Service of the namespace: nothing here reads them.
  enableServiceLinks: false,
  securityContext: {
    runAsNonRoot: true,
    runAsUser: user,
    runAsGroup: user,
    fsGroup: user,
    seccompProfile: { type: "RuntimeDefault" },
  },
};

export const restrictedContainer = {
  securityContext: {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ["ALL"] },
  },
};
