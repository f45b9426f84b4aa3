/** Settings of the provider resource: region and default tags. */
import { fieldFailures } from "../rpc/kinds";
import type { CheckFailure } from "../rpc/provider";
import { isMap, isUnknown, map, type Properties, type PropertyValue, text } from "../rpc/values";

export interface ProviderConfig {
  readonly region: string | undefined;
  readonly defaultTags: Properties;
}

/** Settings that the provider accepts. Credentials and checks of them have no meaning here and are ignored. */
const configFields = {
  region: "string",
  defaultTags: { fields: { tags: "map" } },
  profile: "string",
  allowedAccountIds: "string[]",
  skipCredentialsValidation: "boolean",
  skipMetadataApiCheck: "boolean",
  skipRegionValidation: "boolean",
  skipRequestingAccountId: "boolean",
} as const;

/** @param region fallback when the settings have none */
export function parseConfig(
  config: Properties,
  region: string | undefined,
): { config: ProviderConfig; failures: CheckFailure[] } {
  const given = Object.fromEntries(
    Object.entries(config)
      .filter(([name]) => name !== "version" && !name.startsWith("__"))
      .map(([name, value]) => [name, decode(name, value)]),
  );
  return {
    config: { region: text(given, "region") ?? region, defaultTags: map(map(given, "defaultTags"), "tags") },
    failures: fieldFailures("pulumi:providers:aws", given, configFields),
  };
}

/** Value of a setting: the engine passes everything but strings as JSON text. */
function decode(name: string, value: PropertyValue): PropertyValue {
  const isTextSetting = name in configFields && configFields[name as keyof typeof configFields] === "string";
  if (isTextSetting || typeof value !== "string" || isUnknown(value)) return value;
  try {
    return JSON.parse(value) as PropertyValue;
  } catch {
    return value;
  }
}

/** Tags of a resource: its own over the provider's default ones. */
export function tagsAll(config: ProviderConfig, inputs: Properties): PropertyValue {
  const own = inputs["tags"];
  if (own !== undefined && own !== null && !isMap(own)) return own;
  return { ...config.defaultTags, ...map(inputs, "tags") };
}
