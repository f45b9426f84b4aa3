/** Security context of this stack's own pods: Pod Security level `restricted`, and a read-only root filesystem. */

/** UID of the user `node` in the official Node images. */
const user = 1000;

export const restrictedPod = {
  automountServiceAccountToken: false,
  // Service links are environment variables for every Service of the namespace; nothing here reads them.
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
