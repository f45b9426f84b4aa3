/** Resource metrics: what `kubectl top` shows, how they are verified, and an autoscaler that goes by them. */
import { strict as assert } from "node:assert";
import { burner, burnerObjects, burnerScaler, load } from "../support/lab/burner";
import { apply, eventually, kubectl } from "../support/lab/lab";

const kubeSystem = ["-n", "kube-system"];
const jsonpath = (path: string): string[] => ["-o", `jsonpath=${path}`];

describe("metrics-server", () => {
  it("gives what every node uses within two minutes", async () => {
    const names = (await kubectl("get", "nodes", ...jsonpath("{.items[*].metadata.name}"))).split(" ");
    // A node without metrics has `<unknown>` in place of the numbers.
    const used = /^(\S+)\s+[1-9]\d*m\s+\d+%\s+[1-9]\d*Mi\s+\d+%\s*$/;
    let lines: readonly (string | undefined)[] = [];
    const measured = async (): Promise<boolean> => {
      lines = (await kubectl("top", "nodes", "--no-headers")).split("\n").map((line) => used.exec(line)?.[1]);
      return names.every((name) => lines.includes(name));
    };
    await eventually(`metrics of ${names.join(" and ")}`, measured, 120);
    assert.equal(lines.length, names.length);
  });

  it("gives what pods of every namespace use", async () => {
    const namespaces = async (): Promise<Set<string | undefined>> =>
      new Set(
        (await kubectl("top", "pods", "--all-namespaces", "--no-headers"))
          .split("\n")
          .map((line) => /^(\S+)\s+\S+\s+\d+m\s+[1-9]\d*Mi\s*$/.exec(line)?.[1]),
      );
    for (const each of ["kube-system", "monitoring", "telemetry"]) {
      await eventually(`pods of ${each}`, async () => (await namespaces()).has(each), 60);
    }
  });

  it("verifies kubelets, and is verified: nothing is taken unseen", async () => {
    const { args } = JSON.parse(
      await kubectl(
        ...[...kubeSystem, "get", "deployment", "metrics-server"],
        ...jsonpath("{.spec.template.spec.containers[0]}"),
      ),
    ) as { args: readonly string[] };
    assert.ok(args.some((arg) => arg.startsWith("--kubelet-certificate-authority=")));
    assert.ok(!args.some((arg) => arg.startsWith("--kubelet-insecure-tls")));
    const { spec } = JSON.parse(
      await kubectl("get", "apiservice", "v1beta1.metrics.k8s.io", "-o", "json"),
    ) as { spec: { caBundle?: string; insecureSkipTLSVerify?: boolean } };
    assert.notEqual(spec.insecureSkipTLSVerify, true);
    const served = await kubectl(
      ...[...kubeSystem, "get", "secret", "metrics-server"],
      ...jsonpath("{.data.tls\\.crt}"),
    );
    assert.equal(spec.caBundle, served);
  });

  it("goes on serving while one of its pods is gone", async () => {
    const selector = ["-l", "app.kubernetes.io/name=metrics-server"];
    const pods = (
      await kubectl(...kubeSystem, "get", "pods", ...selector, ...jsonpath("{.items[*].metadata.name}"))
    ).split(" ");
    assert.equal(pods.length, 2);
    const deleted = kubectl(...kubeSystem, "delete", "pod", pods[0] ?? "");
    const answers: string[] = [];
    for (let asked = 0; asked < 5; asked++) answers.push(await kubectl("top", "nodes", "--no-headers"));
    await deleted;
    await kubectl(...kubeSystem, "rollout", "status", "deployment/metrics-server", "--timeout=120s");
    assert.ok(
      answers.every((answer) => /\d+m/.test(answer)),
      answers.join("\n"),
    );
  });
});

describe("a HorizontalPodAutoscaler @all", () => {
  before(async () => {
    await apply(...burnerObjects, burnerScaler);
    await kubectl("rollout", "status", `deployment/${burner}`, "--timeout=180s");
  });
  after(() =>
    kubectl("delete", "horizontalpodautoscaler,deployment,service", burner, load, "--ignore-not-found"),
  );

  const pods = async (): Promise<number> =>
    Number(await kubectl("get", "deployment", burner, ...jsonpath("{.spec.replicas}")));
  const state = (): Promise<string> => kubectl("describe", "horizontalpodautoscaler", burner);
  const become = async (
    what: string,
    condition: (count: number) => boolean,
    limit: number,
  ): Promise<void> => {
    try {
      await eventually(what, async () => condition(await pods()), limit);
    } catch (error) {
      throw new Error(await state(), { cause: error });
    }
  };

  it("knows what its pods use, and leaves one that idles alone", async () => {
    const current = "{.status.currentMetrics[0].resource.current.averageUtilization}";
    const known = async (): Promise<boolean> =>
      /^\d+$/.test(await kubectl("get", "horizontalpodautoscaler", burner, ...jsonpath(current)));
    await eventually("its CPU to be known", known, 120);
    // Starting took more than idling does.
    await become("one pod", (count) => count === 1, 180);
  });

  it("scales a Deployment out under load", async () => {
    await kubectl("scale", "deployment", load, "--replicas=1");
    await become("two pods or more", (count) => count >= 2, 240);
    await kubectl("rollout", "status", `deployment/${burner}`, "--timeout=120s");
  });

  it("scales it in again when the load has ended", async () => {
    await kubectl("scale", "deployment", load, "--replicas=0");
    await become("one pod again", (count) => count === 1, 300);
  });
});
