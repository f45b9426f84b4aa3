/** The ruler: it asks the store for the alerts of logRules.ts, and tells Alertmanager. */
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { stringify } from "yaml";
import { owned } from "../adoption/fieldManager";
import { monitoringNames } from "../monitoring/names";
import { onePod } from "../onePod";
import { loggingSizes } from "../sizes";
import { nameLabel } from "../telemetry/names";
import { versionedConfigMap } from "../versionedConfigMap";
import { passwordPath } from "./login";
import { type LogRuleArgs, logRules } from "./logRules";
import { loggingNames } from "./names";
import type { LogStore } from "./store";

const { ruler, rulerImage, rulerPort: port } = loggingNames;
const labels = { [nameLabel]: ruler };
const rulesFolder = "/etc/rules";

export interface RulerArgs extends LogRuleArgs {
  readonly store: LogStore;
  /** URL of the store's page, for links in alerts. */
  readonly pageUrl: pulumi.Input<string>;
  readonly namespace: pulumi.Input<string>;
}

export function rulerPod(name: string, args: RulerArgs, opts: pulumi.CustomResourceOptions): void {
  const { store, pageUrl, namespace } = args;
  const metadata = owned({ name: ruler, namespace, labels });
  const content = { data: { "logs.yaml": stringify(logRules(args), { lineWidth: 0 }) } };
  const rules = versionedConfigMap(name, { name: ruler, namespace, labels, content }, opts);
  onePod(
    name,
    {
      ...{ name: ruler, namespace, labels, port, size: loggingSizes.ruler },
      annotations: store.login.annotations,
      container: {
        name: "ruler",
        image: rulerImage,
        args: [
          `-rule=${rulesFolder}/*.yaml`,
          pulumi.interpolate`-datasource.url=http://${store.address}`,
          `-datasource.basicAuth.username=${store.login.user}`,
          `-datasource.basicAuth.passwordFile=${passwordPath}`,
          `-notifier.url=${monitoringNames.alertmanagerUrl}`,
          pulumi.interpolate`-external.url=${pageUrl}`,
          "-external.alert.source=select/vmui/#/?query={{.Expr|queryEscape}}",
          `-httpListenAddr=:${port}`,
          "-loggerFormat=json",
        ],
        volumeMounts: [{ name: "rules", mountPath: rulesFolder, readOnly: true }, store.login.mount],
      },
      health: { path: "/health", failures: 5 },
      volumes: [{ name: "rules", configMap: { name: rules } }, store.login.volume],
    },
    opts,
  );
  new kubernetes.core.v1.Service(
    name,
    { metadata, spec: { selector: labels, ports: [{ name: "http", port, targetPort: "http" }] } },
    opts,
  );
}
