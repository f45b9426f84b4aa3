/** Check before anything is changed: the pages would close, and the gateway be where nobody reaches it. */
import { SettingsError } from "../../../settings/load";
import type { Infra } from "../../infraStack";
import { gatewayNames } from "./names";
import type { GatewaySettings } from "./settings";

/**
 * @param infra outputs of stack 1; one from before it said which ports it opens is taken as it is
 * @throws SettingsError when stack 1 does not open the gateway's node port
 */
export function checkPublished(
  namespace: string,
  { enabled }: Pick<GatewaySettings, "enabled">,
  { publishedNodePorts }: Pick<Infra, "publishedNodePorts">,
): void {
  if (!enabled || publishedNodePorts === undefined) return;
  const { httpsNodePort: port } = gatewayNames;
  if (publishedNodePorts.some((each) => each.port === port && each.protocol === "tcp")) return;
  const problem =
    `stack 1 does not open node port ${port}, and the pages' own ports would close. ` +
    `Add { port: ${port}, why: pages } to perigee-infra:publishedNodePorts, run \`pulumi up\` of stack 1, then this one`;
  throw new SettingsError(namespace, [{ setting: "gateway.enabled", given: true, problem }]);
}
