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
    signOn: "/etc/gateway/sign-on",
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
  signOn: {
    /** Deployment, Service, ServiceAccount, Secret; the label `job` of its series. */
    name: "gateway-sign-on",
    image: "quay.io/oauth2-proxy/oauth2-proxy:v7.15.6",
    port: 4180,
    metricsPort: 9101,
    /** Path of its own at each address: `/oauth2/`. */
    path: "oauth2",
    /** Browsers take such a name only from the address itself, by HTTPS, for all paths. */
    cookie: "__Host-perigee",
  },
} as const;
