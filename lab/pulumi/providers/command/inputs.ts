/** Inputs of the command provider's resources, as `@pulumi/command` 1.2.1 declares them. */
import { fieldFailures, type Fields } from "../rpc/kinds";
import type { CheckFailure } from "../rpc/provider";
import { isMap, isSecret, type Properties, revealAll, secret, text } from "../rpc/values";

const remoteCommand = "command:remote:Command";
export const localCommandToken = "command:local:Command";

const connectionFields: Fields = {
  host: "string",
  port: "number",
  user: "string",
  password: "string",
  privateKey: "string",
  privateKeyPassword: "string",
  agentSocketPath: "string",
  dialErrorLimit: "number",
  perDialTimeout: "number",
  hostKey: "string",
};

const connection = { fields: connectionFields, required: ["host"] } as const;

const phases: Fields = { create: "string", update: "string", delete: "string", triggers: "anything" };

const commandFields: Fields = {
  ...phases,
  stdin: "string",
  environment: "map",
  logging: "string",
  addPreviousOutputInEnv: "boolean",
};

export interface CommandType {
  readonly inputs: Fields;
  readonly required: readonly string[];
  readonly outputs: readonly string[];
}

export const commandTypes: ReadonlyMap<string, CommandType> = new Map<string, CommandType>([
  [
    remoteCommand,
    { inputs: { connection, ...commandFields }, required: ["connection"], outputs: ["stdout", "stderr"] },
  ],
  [
    localCommandToken,
    {
      inputs: { ...commandFields, interpreter: "string[]", dir: "string" },
      required: [],
      outputs: ["stdout", "stderr"],
    },
  ],
]);

const loggingModes = ["stdout", "stderr", "stdoutAndStderr", "none"];

const connectionDefaults = { user: "root", port: 22, dialErrorLimit: 10, perDialTimeout: 15 };

const secretFields = ["password", "privateKey", "privateKeyPassword"];

export function inputFailures(token: string, type: CommandType, inputs: Properties): CheckFailure[] {
  const revealed = revealAll(inputs);
  const logging = text(revealed, "logging");
  return [
    ...fieldFailures(token, revealed, type.inputs, type.required),
    ...(logging === undefined || loggingModes.includes(logging)
      ? []
      : [
          {
            property: "logging",
            reason: `"logging" must be one of ${loggingModes.join(", ")}, not "${logging}"`,
          },
        ]),
  ];
}

/** Inputs with the connection's defaults; the connection and the keys in it are secret, as in the released provider. */
export function withDefaults(inputs: Properties): Properties {
  const given = inputs["connection"];
  if (given === undefined) return inputs;
  const inner = isSecret(given) && isMap(given) ? (given["value"] ?? null) : given;
  return isMap(inner) ? { ...inputs, connection: secret(complete(inner)) } : inputs;
}

function complete(given: Properties): Properties {
  const marked = Object.fromEntries(
    secretFields.flatMap((name) => {
      const value = given[name];
      return value === undefined || value === null ? [] : [[name, secret(value)] as const];
    }),
  );
  return { ...connectionDefaults, ...given, ...marked };
}
