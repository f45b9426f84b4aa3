/** Where things are in this repository, for the engine. */
import { join, resolve } from "node:path";

export const repository = resolve(__dirname, "../..");

/** First on PATH: the pinned Node, and everything else that npm installed. */
export const npmPrograms = join(repository, "node_modules/.bin");

export const standIns = {
  aws: join(repository, "lab/providers/aws/bin"),
  command: join(repository, "lab/providers/command/bin"),
  kubernetes: join(repository, "lab/providers/kubernetes/bin"),
  /** The language host of Node. */
  nodejs: join(repository, "lab/providers/nodejs/bin"),
} as const;
