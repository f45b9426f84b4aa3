/** Folders of the stand-in plugins' executables, for the engine's PATH. */
import { join } from "node:path";
import { repositoryRoot } from "../../../settings/repositoryRoot";

const providers = join(repositoryRoot, "lab/pulumi/providers");

export const standIns = {
  aws: join(providers, "aws/bin"),
  command: join(providers, "command/bin"),
  kubernetes: join(providers, "kubernetes/bin"),
  /** The Node language host. */
  nodejs: join(providers, "nodejs/bin"),
} as const;
