/** `pulumi-resource-kubernetes`: the program that the engine starts. */
import kubernetesPackage from "@pulumi/kubernetes/package.json";
import { serve } from "../rpc/server";
import { connections } from "./connection";
import { KubernetesProvider } from "./kubernetesProvider";
import { loadSettings } from "./settings";

async function main(): Promise<void> {
  const settings = loadSettings();
  // The released plugin outlives a killed engine, and finishes its operations.
  await serve(new KubernetesProvider(kubernetesPackage.version, settings, connections(settings)), "finish");
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
