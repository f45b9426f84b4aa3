/** Untyped access to a resource's inputs: a missing value is undefined, never an exception. */

export type Properties = Readonly<Record<string, unknown>>;

/** The object under a key; an empty object when there is none. */
export function object(properties: Properties, key: string): Properties {
  const value = properties[key];
  return typeof value === "object" && value !== null ? (value as Properties) : {};
}

/** The list under a key; an empty list when there is none. */
export function list(properties: Properties, key: string): readonly unknown[] {
  const value = properties[key];
  return Array.isArray(value) ? (value as unknown[]) : [];
}

export function objects(properties: Properties, key: string): Properties[] {
  return list(properties, key).filter(
    (value): value is Properties => typeof value === "object" && value !== null,
  );
}

export function text(properties: Properties, key: string): string | undefined {
  const value = properties[key];
  return typeof value === "string" ? value : undefined;
}

export function number(properties: Properties, key: string): number | undefined {
  const value = properties[key];
  return typeof value === "number" ? value : undefined;
}
