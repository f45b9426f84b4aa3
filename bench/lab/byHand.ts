/** A cluster made by hand: plain kubeadm over SSH with the configuration, images and manifest of `pulumi up`. */
import type { NodeOutput } from "../../contract/outputs";
import type { RemoteShell } from "./remoteShell";
import type { Timing } from "./timing";

export interface Machines {
  readonly controlPlane: NodeOutput;
  /** Control planes that join it. */
  readonly further: readonly NodeOutput[];
  readonly worker: NodeOutput;
}

const manifestFile = "/root/byHand-flannel.json";

/** Resets the machines to their state after cloud-init. */
export async function resetMachines(shell: RemoteShell, machines: Machines): Promise<void> {
  const { controlPlane, further, worker } = machines;
  for (const { publicIp, name } of [worker, ...further, controlPlane]) await shell.reset(publicIp, name);
}

/** @param manifest Flannel's manifest, exactly as the infra program applies it */
export async function byHand(shell: RemoteShell, machines: Machines, manifest: string): Promise<Timing> {
  const { controlPlane, worker } = machines;
  await shell.write(controlPlane.publicIp, manifestFile, manifest);
  const start = performance.now();
  const [first] = await timed(() => shell.byHand(controlPlane.publicIp, "init"));
  const [network] = await timed(() => shell.byHand(controlPlane.publicIp, "network"));
  const [admit, printed] = await timed(() => shell.byHand(controlPlane.publicIp, "token"));
  const [others] = await timed(() => joinControlPlanes(shell, machines, joinWords(printed)));
  const [join] = await timed(async () => {
    await shell.byHand(worker.publicIp, "join", ...joinWords(printed));
    await shell.byHand(controlPlane.publicIp, "ready", worker.name);
  });
  return { init: first + others, network, admit, join, total: (performance.now() - start) / 1000 };
}

/** One after the other, as etcd takes them, with the keys that the first one puts into a Secret for them. */
async function joinControlPlanes(
  shell: RemoteShell,
  { controlPlane, further }: Machines,
  words: readonly string[],
): Promise<void> {
  if (further.length === 0) return;
  const key = (await shell.byHand(controlPlane.publicIp, "keys")).trim();
  for (const { publicIp, name } of further) {
    await shell.byHand(publicIp, "join", ...words, "--control-plane", "--certificate-key", key);
    await shell.byHand(controlPlane.publicIp, "ready", name);
  }
}

/** Arguments of the printed `kubeadm join ENDPOINT --token ...`: all but its first two words. */
function joinWords(printed: string): string[] {
  const [program, verb, ...words] = printed.trim().split(/\s+/);
  if (program !== "kubeadm" || verb !== "join") {
    throw new Error("kubeadm token create printed no join command");
  }
  return words;
}

async function timed<T>(work: () => Promise<T>): Promise<[seconds: number, value: T]> {
  const start = performance.now();
  const value = await work();
  return [(performance.now() - start) / 1000, value];
}
