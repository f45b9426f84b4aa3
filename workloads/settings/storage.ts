/** Setting of where something is kept that shall outlast its pod. */
import { z } from "zod";
import { matching } from "../../settings/kinds";
import { strictObject } from "../../settings/load";

/**
 * @param folder default of the folder on a node
 * @param one what is kept there, in the singular
 */
export function storage(folder: string, one: string) {
  return z
    .discriminatedUnion(
      "kind",
      [
        strictObject({ kind: z.literal("ephemeral") }),
        strictObject({
          kind: z.literal("local"),
          node: matching(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/, "a node's name").describe(
            `Name of the node whose disk holds every ${one}, such as \`perigee-dev-default-1\`.`,
          ),
          path: matching(/^(\/[\w.-]+){2,}$/, `an absolute path of two parts or more, such as ${folder}`)
            .default(folder)
            .describe("Folder on that node. Created if missing, kept on destroy."),
        }),
      ],
      { error: "kind must be one of: ephemeral, local (EBS is not supported yet)" },
    )
    .prefault({ kind: "ephemeral" })
    .describe(
      `\`{ kind: ephemeral }\` loses every ${one} with the pod, which changed settings replace; \`{ kind: local, node, path }\` keeps them on one node's disk ` +
        "through restarts of pod and node.",
    )
    .meta({ example: { kind: "local", node: "perigee-dev-default-1" } });
}
