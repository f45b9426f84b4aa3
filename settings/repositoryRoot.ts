/** Where paths in the settings begin. */
import { resolve } from "node:path";

/** Absolute path of this repository. */
export const repositoryRoot = resolve(__dirname, "..");
