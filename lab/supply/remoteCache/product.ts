/** Products of the lab's cache as the remote cache sees them: names, keys, archives. */

/** A product that may be in a remote cache. */
export interface Product {
  /** Path below the cache root, e.g. `toolchain/crane`. */
  readonly name: string;
  /** Hash of the product's inputs. */
  readonly key: string;
  /**
   * True for a product with device nodes, file capabilities and other users' files: made, packed and unpacked by root,
   * with all of that. Of any other product, the files belong to whoever unpacks them.
   */
  readonly asRoot?: boolean;
}

export const archiveEnding = ".tar.zst";

/** File name of a product's archive: `toolchain-crane-<key>.tar.zst`. */
export function archiveName({ name, key }: Product): string {
  return `${name.replaceAll("/", "-")}-${key}${archiveEnding}`;
}
