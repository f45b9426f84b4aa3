/** Deployment of one restricted pod that serves HTTP, with a ServiceAccount of its own that may do nothing. */
import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { owned } from "./adoption/fieldManager";
import { leaveDeadNode, priority } from "./pods";
import { restrictedContainer, restrictedPod } from "./podSecurity";
import { accountWithoutToken } from "./serviceAccount";
import { resources, type Size } from "./sizes";

type Pod = kubernetes.types.input.core.v1.PodSpec;
type Container = kubernetes.types.input.core.v1.Container;

export interface OnePodArgs {
  /** Name of the objects. */
  readonly name: string;
  readonly namespace: pulumi.Input<string>;
  readonly labels: Readonly<Record<string, string>>;
  /** Annotations of the pod: it starts again when one changes. */
  readonly annotations: Readonly<Record<string, pulumi.Input<string>>>;
  /** Name, image, arguments and mounts. */
  readonly container: Pick<Container, "name" | "image" | "args" | "volumeMounts">;
  readonly port: number;
  /** Path that answers with 200 while it works, and the failures in a row after which it starts again. */
  readonly health: { readonly path: string; readonly failures: number };
  readonly size: Size;
  readonly volumes: Pod["volumes"];
  /** Default: that of the level `restricted`. */
  readonly securityContext?: Pod["securityContext"];
  readonly strategy?: kubernetes.types.input.apps.v1.DeploymentStrategy;
}

export function onePod(resourceName: string, args: OnePodArgs, opts: pulumi.CustomResourceOptions): void {
  const { name, namespace, labels, annotations, container, port, health, size, volumes } = args;
  const metadata = owned({ name, namespace, labels });
  const serviceAccountName = accountWithoutToken(resourceName, metadata, opts);
  const asked = { httpGet: { path: health.path, port: "http" } };
  new kubernetes.apps.v1.Deployment(
    resourceName,
    {
      metadata,
      spec: {
        replicas: 1,
        ...(args.strategy && { strategy: args.strategy }),
        selector: { matchLabels: labels },
        template: {
          metadata: { labels, annotations },
          spec: {
            ...restrictedPod,
            ...(args.securityContext && { securityContext: args.securityContext }),
            serviceAccountName,
            priorityClassName: priority.platform,
            tolerations: [...leaveDeadNode],
            containers: [
              {
                ...container,
                ports: [{ name: "http", containerPort: port }],
                resources: resources(size),
                readinessProbe: { ...asked, periodSeconds: 5 },
                livenessProbe: { ...asked, periodSeconds: 30, failureThreshold: health.failures },
                ...restrictedContainer,
              },
            ],
            ...(volumes && { volumes }),
          },
        },
      },
    },
    opts,
  );
}
