/** Runs the pack's rules over one resource, as the policy host does. */
import type { ResourceValidationArgs } from "@pulumi/policy";
import { rules } from "../../../policy/rules";

/** `<rule>: <message>` of every violation. */
export async function violations(
  type: string,
  props: Readonly<Record<string, unknown>>,
  name = "under-test",
): Promise<string[]> {
  const found: string[] = [];
  const args: ResourceValidationArgs = {
    type,
    props,
    name,
    urn: `urn:pulumi:test::perigee-infra::${type}::${name}`,
    opts: {
      protect: false,
      ignoreChanges: [],
      aliases: [],
      additionalSecretOutputs: [],
      customTimeouts: noTimeouts,
    },
    stackTags: new Map(),
    isType: () => false,
    asType: () => undefined,
    getConfig: <T extends object>() => ({}) as T,
    notApplicable: () => {
      throw new Error("not applicable");
    },
  };
  for (const { name: rule, validateResource } of rules) {
    for (const validate of [validateResource ?? []].flat()) {
      await validate(args, (message) => found.push(`${rule}: ${message}`));
    }
  }
  return found;
}

const noTimeouts = { createSeconds: 0, updateSeconds: 0, deleteSeconds: 0 };
