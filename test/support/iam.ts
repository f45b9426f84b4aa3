/**
 * Evaluation of IAM policies as AWS documents it, for what Perigee's policies use: Allow statements, wildcards, and
 * the condition operators below. Anything else is an error, so that no policy passes because it was not understood.
 */
import type { Policy, Statement } from "../../tools/docs/iamPolicy";

type Tags = Readonly<Record<string, string>>;

/** One of the resources of a request: AWS asks for each of them. */
export interface Target {
  readonly arn: string;
  /** Tags that the resource has. */
  readonly tags?: Tags;
  /** Tags that the request gives it. */
  readonly given?: Tags;
}

export interface Request {
  readonly action: string;
  readonly targets: readonly Target[];
  readonly context?: Readonly<Record<string, string | readonly string[]>>;
}

type Context = ReadonlyMap<string, readonly string[]>;

/** ARNs of the targets that no statement allows: none when the request is allowed. */
export function denied(policy: Policy, request: Request): string[] {
  const { action, targets } = request;
  return targets
    .filter(
      (target) => !policy.Statement.some((each) => applies(each, action, target, contextOf(request, target))),
    )
    .map(({ arn }) => arn);
}

function applies(
  { Action, Resource, Condition = {} }: Statement,
  action: string,
  { arn }: Target,
  context: Context,
) {
  return (
    Action.some((each) => like(each.toLowerCase(), action.toLowerCase())) &&
    [Resource].flat().some((each) => arnLike(each, arn)) &&
    Object.entries(Condition).every(([operator, keys]) =>
      Object.entries(keys).every(([key, wanted]) =>
        holds(operator, [wanted].flat(), context.get(key.toLowerCase())),
      ),
    )
  );
}

function contextOf({ context = {} }: Request, { tags = {}, given = {} }: Target): Context {
  const entries = [
    ...Object.entries(context),
    ...Object.entries(tags).map(([key, value]) => [`aws:ResourceTag/${key}`, value] as const),
    ...Object.entries(given).map(([key, value]) => [`aws:RequestTag/${key}`, value] as const),
  ];
  return new Map(entries.map(([key, value]) => [key.toLowerCase(), [value].flat()]));
}

function holds(operator: string, wanted: readonly string[], values: readonly string[] | undefined): boolean {
  const any = (matches: (pattern: string, value: string) => boolean) =>
    values?.some((value) => wanted.some((pattern) => matches(pattern, value))) === true;
  switch (operator) {
    case "Null":
      return wanted.includes(String(values === undefined));
    case "StringEquals":
      return any((pattern, value) => pattern === value);
    case "StringLike":
      return any(like);
    case "StringNotLike":
      return !any(like);
    case "ArnEquals":
    case "ArnLike":
      return any(arnLike);
    case "ForAllValues:StringLike":
      return (values ?? []).every((value) => wanted.some((pattern) => like(pattern, value)));
    default:
      throw new Error(`the condition operator ${operator} is not evaluated here`);
  }
}

const like = (pattern: string, value: string): boolean =>
  new RegExp(
    `^${pattern
      .replaceAll(/[.+^${}()|[\]\\]/g, "\\$&")
      .replaceAll("*", ".*")
      .replaceAll("?", ".")}$`,
    "s",
  ).test(value);

/** A wildcard stays within its part of the ARN; the last part, the resource, has colons of its own. */
function arnLike(pattern: string, arn: string): boolean {
  if (pattern === "*") return true;
  const [wanted, given] = [pattern, arn].map((text) => {
    const all = text.split(":");
    return [...all.slice(0, 5), all.slice(5).join(":")];
  });
  return (wanted ?? []).every((part, index) => like(part, given?.[index] ?? ""));
}
