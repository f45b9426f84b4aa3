/** A cluster made by hand: plain kubeadm over SSH with the configuration, images and manifest of `pulumi up`. */
import type { NodeOutput } from "../../contract/outputs";
import type { RemoteShell } from "./remoteShell";
import type { Timing } from "./timing";

export interface Machines {
  readonly controlPlane: NodeOutput;
  readonly worker: NodeOutput;
}

const manifestFile = "/root/byHand-flannel.json";

/** Resets both machines to their state after cloud-init. */
export async function resetMachines(shell: RemoteShell, { controlPlane, worker }: Machines): Promise<void> {
  for (const { publicIp, name } of [worker, controlPlane]) await shell.reset(publicIp, name);
}

/** @param manifest Flannel's manifest, exactly as the infra program applies it */
export async function byHand(shell: RemoteShell, machines: Machines, manifest: string): Promise<Timing> {
  const { controlPlane, worker } = machines;
  await shell.write(controlPlane.publicIp, manifestFile, manifest);
  const start = performance.now();
  const [init] = await timed(() => shell.byHand(controlPlane.publicIp, "init"));
  const [network] = await timed(() => shell.byHand(controlPlane.publicIp, "network"));
  const [admit, printed] = await timed(() => shell.byHand(controlPlane.publicIp, "token"));
  const [join] = await timed(async () => {
    await shell.byHand(worker.publicIp, "join", ...joinWords(printed));
    await shell.byHand(controlPlane.publicIp, "ready", worker.name);
  });
  return { init, network, admit, join, total: (performance.now() - start) / 1000 };
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
