/**
 * Absolute path of a program's bundle, built when it is missing or older than its sources.
 * @param root folder that paths are relative to; it contains package-lock.json
 * @param entry the program's first file, relative to `root`
 * @param cache folder of bundles
 */
export function bundle(root: string, entry: string, cache: string): Promise<string>;
