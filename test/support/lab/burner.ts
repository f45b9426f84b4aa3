/** A Deployment whose pods compute as much as they are asked to, and a Deployment that asks them without a pause. */
import { defaultNodeImage } from "../../../workloads/config";

export const burner = "burner";
export const load = "burner-load";
const port = 8080;
/** Where autoscalers begin: a pod that is asked without a pause uses all of its limit, twice what it requests. */
const resources = { requests: { cpu: "50m", memory: "64Mi" }, limits: { cpu: "100m", memory: "128Mi" } };

/** Answers each request after 20 ms of processor time. */
const server = `
const { createServer } = require("node:http");
createServer((request, response) => {
  if (request.url === "/burn") {
    const { user } = process.cpuUsage();
    while (process.cpuUsage().user - user < 20_000);
  }
  response.end("done");
}).listen(${port});`;

/** Two requests at a time, each by a connection of its own, so that they spread over all pods. */
const client = `
const { get } = require("node:http");
const ask = () =>
  get({ host: "${burner}", port: ${port}, path: "/burn", agent: false, timeout: 20_000 }, (answer) => answer.resume().on("end", ask))
    .on("timeout", function () { this.destroy(new Error("no answer")); })
    .on("error", () => setTimeout(ask, 500));
ask();
ask();`;

function deployment(name: string, replicas: number, program: string, more: object = {}): object {
  const labels = { app: name };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          terminationGracePeriodSeconds: 1,
          containers: [
            { name, image: defaultNodeImage, command: ["node", "-e", program], resources, ...more },
          ],
        },
      },
    },
  };
}

/** The burner with its Service, and the load, which is off until it is scaled to 1. */
export const burnerObjects: readonly object[] = [
  deployment(burner, 1, server, {
    ports: [{ containerPort: port }],
    readinessProbe: { httpGet: { path: "/", port }, periodSeconds: 2, timeoutSeconds: 5 },
  }),
  {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: burner },
    spec: { selector: { app: burner }, ports: [{ port }] },
  },
  deployment(load, 0, client),
];

/** From one pod to three, at half of the CPU that they request; in again a quarter of a minute after it is less. */
export const burnerScaler: object = {
  apiVersion: "autoscaling/v2",
  kind: "HorizontalPodAutoscaler",
  metadata: { name: burner },
  spec: {
    scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: burner },
    minReplicas: 1,
    maxReplicas: 3,
    metrics: [
      {
        type: "Resource",
        resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 50 } },
      },
    ],
    behavior: { scaleDown: { stabilizationWindowSeconds: 15 } },
  },
};
