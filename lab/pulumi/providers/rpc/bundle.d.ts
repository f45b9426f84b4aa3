/**
 * Absolute path of a program's bundle, made where it is missing or older than what went into it.
 * @param root folder that paths are relative to; it holds package-lock.json
 * @param entry the program's first file, relative to `root`
 * @param cache folder of bundles
 */
export function bundle(root: string, entry: string, cache: string): Promise<string>;
