/** Kinds of values of stack 1's settings, each with a message that lists the allowed values. */
import { z } from "zod";
import { accepted, matching } from "../../settings/kinds";
import { hostProblem } from "../../settings/url";
import { type Cidr, parseCidr } from "../network/cidr";

/** An IPv4 block of an allowed size, against which `problemOf` has no reason. */
export const cidr = (
  minPrefix: number,
  maxPrefix: number,
  problemOf: (block: Cidr) => string | undefined,
): z.ZodType<Cidr> =>
  z.string().transform((text, context): Cidr => {
    const { block, problem } = parsedCidr(text);
    const size =
      block !== undefined && (block.prefix < minPrefix || block.prefix > maxPrefix)
        ? `the prefix length must be /${minPrefix} to /${maxPrefix}`
        : undefined;
    const message = problem ?? size ?? (block && problemOf(block));
    if (message === undefined && block !== undefined) return block;
    context.addIssue({ code: "custom", message, input: text });
    return z.NEVER;
  });

function parsedCidr(text: string): { block?: Cidr; problem?: string } {
  try {
    return { block: parseCidr(text) };
  } catch (error) {
    return { problem: (error as Error).message };
  }
}

const zonesError =
  "a whole number from 1 to 3, or a list of 1 to 3 zones such as [eu-central-1a, eu-central-1b]";
/** Availability zones: their number, or their names. */
export const zones = z.union(
  [
    z.int({ error: zonesError }).min(1, { error: zonesError }).max(3, { error: zonesError }),
    z
      .array(matching(/^[a-z]{2,4}(-[a-z]+)+-\d+[a-z]$/, "a zone's name, such as eu-central-1a"))
      .min(1, { error: zonesError })
      .max(3, { error: zonesError })
      .refine((names) => new Set(names).size === names.length, { error: "each zone once" }),
  ],
  { error: zonesError },
);

/** Host of a registry, as it stands in an image's name. */
export const registryHost = accepted(
  (host) =>
    hostProblem(host, "optional port") ??
    (/[[_A-Z]|\.$/.test(host) ? "lower-case letters, digits, . and -" : undefined),
  "a registry's host, such as registry.k8s.io",
);
