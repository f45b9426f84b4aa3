/** Check of a resource's inputs: those that AWS, and the lab's part of it, would accept. */
import { randomBytes } from "node:crypto";
import { fieldFailures } from "../rpc/kinds";
import type { CheckFailure, CheckResult } from "../rpc/provider";
import { containsUnknown, type Properties, revealAll, text } from "../rpc/values";
import type { AwsType } from "./awsType";

/** The input in which Pulumi's AWS provider records generated inputs; the engine does not display it. */
const defaultsKey = "__defaults";

/** Inputs that every resource accepts besides its own. */
const everywhere = { region: "string" } as const;

/** @returns the inputs with defaults and a generated name, and all failures */
export function checkInputs(type: AwsType, name: string, olds: Properties, news: Properties): CheckResult {
  const given = Object.fromEntries(
    Object.entries(news).filter(([key, value]) => value !== null && !isInternal(key)),
  );
  const named = withName(type, name, olds, { ...type.defaults, ...given });
  const revealed = revealAll(named);
  const known = Object.fromEntries(Object.entries(revealed).filter(([, value]) => !containsUnknown(value)));
  const failures: CheckFailure[] = [
    ...fieldFailures(type.token, ownInputs(revealed), { ...type.inputs, ...everywhere }, type.required),
    // For presence checks, unknown inputs count as given.
    ...(type.check?.(withPlaceholders(revealed, known)) ?? []),
  ];
  return { inputs: named, failures };
}

function isInternal(key: string): boolean {
  return key.startsWith("__") || key === "version";
}

export function ownInputs(inputs: Properties): Properties {
  return Object.fromEntries(Object.entries(inputs).filter(([key]) => !isInternal(key)));
}

/** True when the name was generated, so that a replacement can exist beside the old resource. */
export function isNameMadeUp(type: AwsType, inputs: Properties): boolean {
  const made = inputs[defaultsKey];
  return type.autoName !== undefined && Array.isArray(made) && made.includes(type.autoName);
}

function withName(type: AwsType, name: string, olds: Properties, inputs: Properties): Properties {
  const { autoName } = type;
  if (autoName === undefined || inputs[autoName] !== undefined) return inputs;
  const before = isNameMadeUp(type, olds) ? text(revealAll(olds), autoName) : undefined;
  const stem = type.lowerCase === true ? name.toLowerCase() : name;
  const made = before ?? `${stem}-${randomBytes(4).toString("hex").slice(0, 7)}`;
  return { ...inputs, [autoName]: made, [defaultsKey]: [autoName] };
}

function withPlaceholders(all: Properties, known: Properties): Properties {
  return Object.fromEntries(Object.keys(all).map((key) => [key, known[key] ?? all[key] ?? null]));
}
