/** The ruler: it asks the store for the alerts of logRules.ts, and tells Alertmanager. */
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { stringify } from "yaml";
import { contentHash } from "../../contract/contentHash";
import { owned } from "../adoption/fieldManager";
import { monitoringNames } from "../monitoring/names";
import { leaveDeadNode } from "../pods";
import { restrictedContainer, restrictedPod } from "../podSecurity";
import { loggingSizes, resources } from "../sizes";
import { nameLabel } from "../telemetry/names";
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
  const data = { "logs.yaml": stringify(logRules(args), { lineWidth: 0 }) };
  const rules = new kubernetes.core.v1.ConfigMap(name, { metadata, data }, opts);
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
          metadata: {
            labels,
            annotations: {
              "perigee.dev/rules": contentHash(JSON.stringify(data)),
              ...store.login.annotations,
            },
          },
          spec: {
            ...restrictedPod,
            serviceAccountName: account.metadata.name,
            tolerations: [...leaveDeadNode],
            containers: [
              {
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
                ports: [{ name: "http", containerPort: port }],
                resources: resources(loggingSizes.ruler),
                readinessProbe: { ...health, periodSeconds: 5 },
                livenessProbe: { ...health, periodSeconds: 30, failureThreshold: 5 },
                volumeMounts: [{ name: "rules", mountPath: rulesFolder, readOnly: true }, store.login.mount],
                ...restrictedContainer,
              },
            ],
            volumes: [{ name: "rules", configMap: { name: rules.metadata.name } }, store.login.volume],
          },
        },
      },
    },
    opts,
  );
  new kubernetes.core.v1.Service(
    name,
    { metadata, spec: { selector: labels, ports: [{ name: "http", port, targetPort: "http" }] } },
    opts,
  );
}
