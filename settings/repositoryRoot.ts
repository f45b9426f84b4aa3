/** Base directory of paths in the settings. */
import { resolve } from "node:path";

/** Absolute path of this repository. */
export const repositoryRoot = resolve(__dirname, "..");
