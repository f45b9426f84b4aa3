/** `pulumi-resource-aws`: the program that the engine starts. */
import awsPackage from "@pulumi/aws/package.json";
import { serve } from "../rpc/server";
import { AwsProvider } from "./awsProvider";
import { machineHost } from "./machineHost";
import { loadSettings } from "./settings";

async function main(): Promise<void> {
  const settings = loadSettings();
  await serve(new AwsProvider(awsPackage.version, settings, await machineHost(settings)), "undo");
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
