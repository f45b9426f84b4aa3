/**
 * Property values as the engine sends them: JSON, with secrets and unknowns marked by constants of the protocol
 * (pulumi/pulumi, sdk/go/common/resource/plugin/rpc.go).
 */
export type PropertyValue =
  null | boolean | number | string | readonly PropertyValue[] | { readonly [key: string]: PropertyValue };
export type Properties = Readonly<Record<string, PropertyValue>>;

/** Placeholder for a value that is unknown in a preview. */
export const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

const signature = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";

export function isMap(value: PropertyValue | undefined): value is Properties {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isList(value: PropertyValue | undefined): value is readonly PropertyValue[] {
  return Array.isArray(value);
}

export function isSecret(value: PropertyValue | undefined): boolean {
  return isMap(value) && value[signature] === secretSignature;
}

/** The value with a secret mark, added once: the engine encrypts it in the state and hides it in the log. */
export function secret(value: PropertyValue): PropertyValue {
  return isSecret(value) ? value : { [signature]: secretSignature, value };
}

/** The same value without any secret marks, for use inside the provider only. */
export function reveal(value: PropertyValue): PropertyValue {
  if (isList(value)) return value.map(reveal);
  if (!isMap(value)) return value;
  if (isSecret(value)) return reveal(value["value"] ?? null);
  return revealAll(value);
}

export function revealAll(properties: Properties): Properties {
  return Object.fromEntries(Object.entries(properties).map(([name, value]) => [name, reveal(value)]));
}

export function isUnknown(value: PropertyValue | undefined): boolean {
  return value === unknownValue;
}

export function containsUnknown(value: PropertyValue): boolean {
  if (isUnknown(value)) return true;
  if (isList(value)) return value.some(containsUnknown);
  return isMap(value) && Object.values(value).some(containsUnknown);
}

/** True when both are equal as JSON values, keys in any order. Both sides must be revealed. */
export function sameValue(left: PropertyValue | undefined, right: PropertyValue | undefined): boolean {
  if (left === right) return true;
  if (isList(left) && isList(right)) {
    return left.length === right.length && left.every((item, index) => sameValue(item, right[index]));
  }
  if (!isMap(left) || !isMap(right)) return false;
  const names = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...names].every((name) => sameValue(left[name], right[name]));
}

/** A property's string; undefined when it is missing, unknown or not a string. */
export function text(properties: Properties, name: string): string | undefined {
  const value = properties[name];
  return typeof value === "string" && !isUnknown(value) ? value : undefined;
}

export function numeric(properties: Properties, name: string): number | undefined {
  const value = properties[name];
  return typeof value === "number" ? value : undefined;
}

/** The strings in a list property; other items are left out. */
export function texts(properties: Properties, name: string): string[] {
  const value = properties[name];
  return isList(value) ? value.filter((item): item is string => typeof item === "string") : [];
}

export function map(properties: Properties, name: string): Properties {
  const value = properties[name];
  return isMap(value) ? value : {};
}
