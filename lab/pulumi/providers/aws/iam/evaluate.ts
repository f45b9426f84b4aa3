/**
 * Evaluation of IAM policies as AWS documents it, for what Perigee's policies use: Allow and Deny, principals,
 * wildcards, and the condition operators below. Anything else is an error, so that no policy passes because it was not
 * understood.
 */

type OneOrMore = string | readonly string[];

export type Condition = Readonly<Record<string, Readonly<Record<string, OneOrMore>>>>;
type Principal = "*" | Readonly<Record<string, OneOrMore>>;

export interface Statement {
  readonly Sid?: string;
  readonly Effect: "Allow" | "Deny";
  /** Of policies of a resource alone. */
  readonly Principal?: Principal;
  readonly Action?: OneOrMore;
  readonly NotAction?: OneOrMore;
  readonly Resource?: OneOrMore;
  readonly NotResource?: OneOrMore;
  readonly Condition?: Condition;
}

export interface Policy {
  readonly Version?: string;
  readonly Statement: Statement | readonly Statement[];
}

type Tags = Readonly<Record<string, string>>;

/** One of the resources of a request: AWS asks for each of them. */
export interface Target {
  readonly arn: string;
  /** Tags that the resource has. */
  readonly tags?: Tags;
  /** Tags that the request gives it. */
  readonly given?: Tags;
}

/** Who asks, with temporary credentials of a role. */
export interface Caller {
  readonly account: string;
  readonly roleArn: string;
  /** ARN of the role's session. */
  readonly sessionArn: string;
}

export interface Question {
  readonly action: string;
  /** Nobody: the request is not signed. Only policies of resources ask who it is. */
  readonly caller?: Caller | undefined;
  readonly context?: Readonly<Record<string, OneOrMore>>;
}

export interface Request extends Question {
  readonly targets: readonly Target[];
}

export type Verdict = "allow" | "deny" | "none";

type Context = ReadonlyMap<string, readonly string[]>;

/** ARNs of the targets that the policy does not allow: none when the request is allowed. */
export function denied(policy: Policy, request: Request): string[] {
  const { targets } = request;
  return targets.filter((target) => verdictOf([policy], request, target) !== "allow").map(({ arn }) => arn);
}

/** What policies of one kind say together: one Deny outweighs every Allow. */
export function verdictOf(policies: readonly Policy[], question: Question, target: Target): Verdict {
  const context = contextOf(question, target);
  const effects = policies
    .flatMap(({ Statement }) => Statement)
    .filter((each) => applies(each, question, target.arn, context))
    .map(({ Effect }) => Effect);
  if (effects.includes("Deny")) return "deny";
  return effects.includes("Allow") ? "allow" : "none";
}

function applies(statement: Statement, { action, caller }: Question, arn: string, context: Context): boolean {
  const { Effect, Principal, Condition = {} } = statement;
  return (
    (Principal === undefined || isMeant(Principal, Effect, caller)) &&
    covers(statement.Action, statement.NotAction, (each) => like(each.toLowerCase(), action.toLowerCase())) &&
    covers(statement.Resource, statement.NotResource, (each) => arnLike(each, arn)) &&
    Object.entries(Condition).every(([operator, keys]) =>
      Object.entries(keys).every(([key, wanted]) =>
        holds(operator, [wanted].flat(), context.get(key.toLowerCase())),
      ),
    )
  );
}

function covers(
  some: OneOrMore | undefined,
  allBut: OneOrMore | undefined,
  matches: (pattern: string) => boolean,
): boolean {
  return some === undefined ? ![allBut ?? []].flat().some(matches) : [some].flat().some(matches);
}

/**
 * True when the statement is about this caller. An Allow for a whole account leaves it to that account's own policies;
 * a Deny for it hits everyone there.
 */
function isMeant(principal: Principal, effect: Statement["Effect"], caller: Caller | undefined): boolean {
  const named = principal === "*" ? ["*"] : [principal["AWS"] ?? []].flat();
  if (named.includes("*")) return true;
  if (caller === undefined) return false;
  const { account, roleArn, sessionArn } = caller;
  const isAccount = (each: string) =>
    each === account || /^arn:[^:]+:iam::(\d+):root$/.exec(each)?.[1] === account;
  return named.some(
    (each) => each === roleArn || each === sessionArn || (effect === "Deny" && isAccount(each)),
  );
}

function contextOf({ context = {} }: Question, { tags = {}, given = {} }: Target): Context {
  const entries = [
    ...Object.entries(context),
    ...Object.entries(tags).map(([key, value]) => [`aws:ResourceTag/${key}`, value] as const),
    ...Object.entries(given).map(([key, value]) => [`aws:RequestTag/${key}`, value] as const),
  ];
  return new Map(entries.map(([key, value]) => [key.toLowerCase(), [value].flat()]));
}

type Matches = (pattern: string, value: string) => boolean;

const comparisons: Readonly<Record<string, Matches>> = {
  StringEquals: (pattern, value) => pattern === value,
  StringLike: like,
  ArnEquals: arnLike,
  ArnLike: arnLike,
  Bool: (pattern, value) => pattern.toLowerCase() === value.toLowerCase(),
  NumericLessThan: (pattern, value) => Number(value) < Number(pattern),
};

/** True when a condition can be evaluated here. */
export function isKnown(operator: string): boolean {
  return operator === "Null" || parsed(operator) !== undefined;
}

/** `ForAllValues:StringNotLikeIfExists` in its parts. */
function parsed(operator: string) {
  const [, quantifier, name = "", ifExists] =
    /^(?:(ForAllValues|ForAnyValue):)?(\w+?)(IfExists)?$/.exec(operator) ?? [];
  const positive = name.replace(/^(String|Arn)Not/, "$1");
  const matches = Object.hasOwn(comparisons, positive) ? comparisons[positive] : undefined;
  if (matches === undefined) return undefined;
  return {
    forAll: quantifier === "ForAllValues",
    not: name !== positive,
    ifExists: ifExists !== undefined,
    matches,
  };
}

function holds(operator: string, wanted: readonly string[], values: readonly string[] | undefined): boolean {
  if (operator === "Null") return wanted.includes(String(values === undefined));
  const found = parsed(operator);
  if (found === undefined) throw new Error(`the condition operator ${operator} is not evaluated here`);
  const { forAll, not, ifExists, matches } = found;
  // Of a key that the request does not have, "not" is true, as is "all of its values".
  if (values === undefined) return ifExists || not || forAll;
  const fits = (value: string): boolean => wanted.some((pattern) => matches(pattern, value)) !== not;
  return forAll || not ? values.every(fits) : values.some(fits);
}

function like(pattern: string, value: string): boolean {
  if (pattern.includes("${")) throw new Error(`the policy variable in ${pattern} is not evaluated here`);
  return new RegExp(
    `^${pattern
      .replaceAll(/[.+^${}()|[\]\\]/g, "\\$&")
      .replaceAll("*", ".*")
      .replaceAll("?", ".")}$`,
    "s",
  ).test(value);
}

/** A wildcard stays within its part of the ARN; the last part, the resource, has colons of its own. */
function arnLike(pattern: string, arn: string): boolean {
  if (pattern === "*") return true;
  const [wanted, given] = [pattern, arn].map((text) => {
    const all = text.split(":");
    return [...all.slice(0, 5), all.slice(5).join(":")];
  });
  return (wanted ?? []).every((part, index) => like(part, given?.[index] ?? ""));
}
