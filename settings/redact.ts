/** Takes secrets out of what is said about settings. */
import type { SettingProblem } from "./load";

/** The keys, at any depth, whose values are secret. */
export const secretKeys: readonly string[] = [
  "grafanaAdminPassword",
  "watchdogUrl",
  "url", // of Slack and of webhooks: whoever has it can write there
  "routingKey",
  "password",
];

const hidden = "[secret]";

/** The same problem without any secret: whether it is about one, or holds one somewhere inside. */
export function redacted(problem: SettingProblem): SettingProblem {
  if (problem.given === undefined) return problem;
  const path = problem.setting.split(/[.[\]]+/);
  const isSecret = path.some((part) => secretKeys.includes(part));
  return { ...problem, given: isSecret ? hidden : withoutSecrets(problem.given) };
}

function withoutSecrets(value: unknown): unknown {
  // A whole object that did not parse as JSON may hold anything.
  if (typeof value === "string") return /[{[]/.test(value) ? hidden : value;
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      secretKeys.includes(key) ? hidden : withoutSecrets(inner),
    ]),
  );
}
