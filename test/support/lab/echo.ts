/** Pods that answer HTTP with the request's data, and that can send requests themselves (lab/supply/toolchain/echo). */
import { strict as assert } from "node:assert";
import { apply, controlPlane, eventually, kubectl, worker } from "./lab";

const image = "perigee.invalid/lab/echo:1";
const labels = (app: string): Record<string, string> => ({ app, test: "echo" });

export const echoContainer = {
  name: "echo",
  image,
  ports: [{ containerPort: 8080 }],
  readinessProbe: { httpGet: { path: "/get", port: 8080 }, periodSeconds: 1 },
};

/** A pod on one node, the control plane included. */
export function echoOn(name: string, nodeName: string): object {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, labels: labels(name) },
    spec: {
      nodeName,
      tolerations: [{ operator: "Exists" }],
      terminationGracePeriodSeconds: 1,
      containers: [echoContainer],
    },
  };
}

export function echoService(name: string, nodePort?: number): object {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, labels: labels(name) },
    spec: {
      selector: { app: name },
      ...(nodePort === undefined ? {} : { type: "NodePort" }),
      ports: [{ port: 8080, ...(nodePort === undefined ? {} : { nodePort }) }],
    },
  };
}

/** Applies `echo-cp` and `echo-worker`, each on its node, and these Services; returns when both pods are ready. */
export async function echoOnBoth(limitSeconds: number, ...services: readonly object[]): Promise<void> {
  await apply(echoOn("echo-cp", controlPlane), echoOn("echo-worker", worker), ...services);
  const limit = `--timeout=${limitSeconds}s`;
  await kubectl("wait", "pod/echo-cp", "pod/echo-worker", "--for=condition=Ready", limit);
}

/** Deletes all pods and Services of this kind. */
export async function removeEcho(): Promise<void> {
  await kubectl("delete", "pod,service", "--selector", "test=echo", "--wait=false");
}

export interface EchoAnswer {
  readonly server: string;
  readonly origin: string;
  readonly args: Readonly<Record<string, string>>;
}

/** Answer to a request from inside a pod. */
export async function get(pod: string, url: string): Promise<EchoAnswer> {
  return JSON.parse(await kubectl("exec", pod, "--", "/echo", "-get", url)) as EchoAnswer;
}

/** Answer of a Service, with retries: kube-proxy receives the endpoints shortly after the pods are ready. */
export async function answers(
  ask: () => Promise<EchoAnswer>,
  server: string,
  limitSeconds = 15,
): Promise<EchoAnswer> {
  let answer: EchoAnswer | undefined;
  await eventually(
    `an answer from ${server}`,
    async () => {
      answer = await ask();
      return true;
    },
    limitSeconds,
  );
  assert.equal(answer?.server, server);
  return answer;
}

/** True when a pod can open a TCP connection. */
export async function reaches(pod: string, address: string): Promise<boolean> {
  return kubectl("exec", pod, "--", "/echo", "-dial", address, "-limit", "2s").then(
    () => true,
    () => false,
  );
}
