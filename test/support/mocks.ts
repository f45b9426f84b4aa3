/** Parts that the Pulumi mocks of both stacks share: secrets, settings, and outputs of a program. */
import * as pulumi from "@pulumi/pulumi";

/** Marks of a secret in the engine's protocol (sdk/nodejs/runtime/rpc.ts: specialSigKey, specialSecretSig). */
export const signatureKey = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";

export function isSecret(value: unknown): value is { readonly value: unknown } {
  return isObject(value) && value[signatureKey] === secretSignature;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The same value with every secret in it unwrapped. */
export function unwrapped(value: unknown): unknown {
  if (isSecret(value)) return unwrapped(value.value);
  if (Array.isArray(value)) return value.map(unwrapped);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, unwrapped(inner)]));
}

/** Sets the stack's settings, given as a user writes them, without the namespace. */
export function setSettings(namespace: string, raw: Readonly<Record<string, unknown>>): void {
  const config = Object.entries(raw).map(([key, value]): [string, string] => [
    `${namespace}:${key}`,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  pulumi.runtime.setAllConfig(Object.fromEntries(config));
}

/** Outputs of a program from its exports, and the names of those that are secret. Ends the mocked engine. */
export async function settledOutputs(
  exported: object,
): Promise<{ outputs: Record<string, unknown>; secrets: string[] }> {
  const outputs: Record<string, unknown> = {};
  const secrets: string[] = [];
  for (const [name, value] of Object.entries(exported)) {
    const output: pulumi.Output<unknown> = pulumi.output(value as unknown);
    outputs[name] = await new Promise((resolve) => output.apply(resolve));
    if (await pulumi.isSecret(output)) secrets.push(name);
  }
  await pulumi.runtime.disconnect();
  return { outputs, secrets };
}
