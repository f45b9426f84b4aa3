/** The page to search logs in, for people: VictoriaLogs again, which asks the store and takes nothing in. */
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { publishedService } from "../access/gateway/pages";
import { owned } from "../adoption/fieldManager";
import { onePod } from "../onePod";
import { loggingSizes } from "../sizes";
import { nameLabel } from "../telemetry/names";
import { login, servedTo } from "./login";
import { loggingNames } from "./names";
import type { LogStore } from "./store";

const { page, storeImage, storePort: port, readerLogin } = loggingNames;
const labels = { [nameLabel]: page };
const storeFolder = "/etc/store";

/** Arguments of VictoriaLogs that answers questions, and nothing else. */
export const readOnly = ["-insert.disable", "-internalinsert.disable", "-internalselect.disable"] as const;

export interface LogPageArgs {
  readonly store: LogStore;
  /** Secret. Password of its user; default: generated. */
  readonly password: string | undefined;
  /** Whether the gateway leads to it. */
  readonly gateway: boolean;
  readonly namespace: pulumi.Input<string>;
}

/** Secret: the password of the page's user. */
export function logPage(
  name: string,
  { store, password, gateway, namespace }: LogPageArgs,
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  const reader = login(`${name}-login`, { ...readerLogin, given: password, namespace }, opts);
  onePod(
    name,
    {
      ...{ name: page, namespace, labels, port, size: loggingSizes.page },
      annotations: reader.annotations,
      container: {
        name: "page",
        image: storeImage,
        args: [
          pulumi.interpolate`-storageNode=${store.address}`,
          `-storageNode.username=${store.login.user}`,
          `-storageNode.passwordFile=${storeFolder}/password`,
          ...readOnly,
          ...servedTo(readerLogin.user),
        ],
        volumeMounts: [reader.mount, { ...store.login.mount, name: "store", mountPath: storeFolder }],
      },
      health: { path: "/health", failures: 5 },
      volumes: [reader.volume, { ...store.login.volume, name: "store" }],
    },
    opts,
  );
  const { type, ...at } = { ...publishedService("logs", gateway) };
  const ports = [{ name: "http", port, targetPort: "http", ...at }];
  new kubernetes.core.v1.Service(
    name,
    {
      metadata: owned({ name: page, namespace, labels }),
      spec: { type, selector: labels, ports },
    },
    opts,
  );
  return reader.password;
}
