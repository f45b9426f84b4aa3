/** Environment of a program that the language host runs. */
import type { RunRequest } from "@pulumi/pulumi/proto/language_pb";

/** The engine's environment, and the stack's settings: they are passed in variables, since some are secret. */
export function programEnvironment(
  request: RunRequest,
  inherited: NodeJS.ProcessEnv = process.env,
): NodeJS.ProcessEnv {
  return {
    ...inherited,
    PULUMI_CONFIG: JSON.stringify(Object.fromEntries(request.getConfigMap().entries())),
    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
    PULUMI_NODEJS_TYPESCRIPT: "true",
  };
}
