/** Names and ports of the gateway. */
export const gatewayNames = {
  namespace: "perigee-gateway",
  /** Deployment, Service, ServiceAccount; the label `job` of its series. */
  gateway: "gateway",
  /** Service of the node ports. */
  published: "gateway-published",
  image: "docker.io/library/traefik:v3.7.15",
  /** Folders in the pods. */
  folders: {
    dynamic: "/etc/gateway/dynamic",
    logins: "/etc/gateway/logins",
    authority: "/etc/gateway/authority",
  },
  /** Ports of the pods. */
  httpsPort: 8443,
  httpPort: 8080,
  /** Its own metrics, and whether it works. */
  metricsPort: 9100,
  /** Node ports: opened by stack 1's `publishedNodePorts`. */
  httpsNodePort: 30_443,
  httpNodePort: 30_080,
  /** Secrets. */
  authority: "gateway-authority",
  logins: "gateway-logins",
  /** ConfigMap with the program that keeps the certificates, and its settings. */
  certificates: "gateway-certificates",
} as const;
