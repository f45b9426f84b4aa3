/** The page to search logs in, for people: VictoriaLogs again, which asks the store and takes nothing in. */
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { owned } from "../adoption/fieldManager";
import { leaveDeadNode } from "../pods";
import { restrictedContainer, restrictedPod } from "../podSecurity";
import { loggingSizes, resources } from "../sizes";
import { nameLabel } from "../telemetry/names";
import { login, servedTo } from "./login";
import { loggingNames } from "./names";
import type { LogStore } from "./store";

const { page, pageNodePort, storeImage, storePort: port, readerLogin } = loggingNames;
const labels = { [nameLabel]: page };
const storeFolder = "/etc/store";

/** Arguments of VictoriaLogs that answers questions, and nothing else. */
export const readOnly = ["-insert.disable", "-internalinsert.disable", "-internalselect.disable"] as const;

export interface LogPageArgs {
  readonly store: LogStore;
  /** Secret. Password of its user; default: generated. */
  readonly password: string | undefined;
  readonly namespace: pulumi.Input<string>;
}

/** Secret: the password of the page's user. */
export function logPage(
  name: string,
  { store, password, namespace }: LogPageArgs,
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  const reader = login(`${name}-login`, { ...readerLogin, given: password, namespace }, opts);
  const metadata = owned({ name: page, namespace, labels });
  const account = new kubernetes.core.v1.ServiceAccount(
    name,
    { metadata, automountServiceAccountToken: false },
    opts,
  );
  const health = { httpGet: { path: "/health", port: "http" } };
  new kubernetes.apps.v1.Deployment(
    name,
    {
      metadata,
      spec: {
        replicas: 1,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels, annotations: reader.annotations },
          spec: {
            ...restrictedPod,
            serviceAccountName: account.metadata.name,
            tolerations: [...leaveDeadNode],
            containers: [
              {
                name: "page",
                image: storeImage,
                args: [
                  pulumi.interpolate`-storageNode=${store.address}`,
                  `-storageNode.username=${store.login.user}`,
                  `-storageNode.passwordFile=${storeFolder}/password`,
                  ...readOnly,
                  ...servedTo(readerLogin.user),
                ],
                ports: [{ name: "http", containerPort: port }],
                resources: resources(loggingSizes.page),
                readinessProbe: { ...health, periodSeconds: 5 },
                livenessProbe: { ...health, periodSeconds: 30, failureThreshold: 5 },
                volumeMounts: [reader.mount, { ...store.login.mount, name: "store", mountPath: storeFolder }],
                ...restrictedContainer,
              },
            ],
            volumes: [reader.volume, { ...store.login.volume, name: "store" }],
          },
        },
      },
    },
    opts,
  );
  const ports = [{ name: "http", port, targetPort: "http", nodePort: pageNodePort }];
  new kubernetes.core.v1.Service(
    name,
    { metadata, spec: { type: "NodePort", selector: labels, ports } },
    opts,
  );
  return reader.password;
}
