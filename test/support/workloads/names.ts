/** Names of objects in tests. */

/** Name of an object without the version that says its content. */
export const unversioned = (name: string): string => name.replace(/-[0-9a-f]{16}$/, "");
