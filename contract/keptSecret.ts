/** Secrets that a stack makes once, and keeps in its state: seeds, passwords, authorities. */
import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";

export interface SecretProgram {
  /** Program for `node -e`, run in the folder of the stack's program, whose standard output is the secret. */
  readonly program: string;
  /** What it reads: by standard input, since a command line can be read by others. It runs again for another one. */
  readonly stdin?: pulumi.Input<string>;
  /** Its variables; it runs again for others. None may be secret. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** Secret: random bytes as text, made once. */
export const keptRandom = (
  name: string,
  { bytes, encoding }: { readonly bytes: number; readonly encoding: "base64" | "base64url" },
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> =>
  keptSecret(
    name,
    { program: `process.stdout.write(require("node:crypto").randomBytes(${bytes}).toString("${encoding}"))` },
    opts,
  );

/** Secret: what a program prints. Another program makes no other one: `pulumi up --replace` does. */
export function keptSecret(
  name: string,
  { program, stdin, environment }: SecretProgram,
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  const made = new command.local.Command(
    name,
    {
      interpreter: ["node", "-e"],
      create: program,
      ...(stdin !== undefined && { stdin }),
      ...(environment && { environment: { ...environment } }),
      logging: "none",
      addPreviousOutputInEnv: false,
    },
    {
      ...opts,
      additionalSecretOutputs: ["stdout"],
      // What is in use must not change because the program is written otherwise.
      ignoreChanges: ["create", "interpreter", "logging", "addPreviousOutputInEnv"],
    },
  );
  return pulumi.secret(made.stdout);
}
