/** Removal of secrets from problems of settings. */
import type { SettingProblem } from "./load";

/** Keys, at any depth, whose values are secret. */
export const secretKeys: readonly string[] = [
  "grafanaAdminPassword",
  "watchdogUrl",
  "url", // of Slack and webhooks: anyone with the URL can post there
  "routingKey",
  "password",
];

const hidden = "[secret]";

/** The same problem without secrets: neither as the given value nor nested inside it. */
export function redacted(problem: SettingProblem): SettingProblem {
  if (problem.given === undefined) return problem;
  const path = problem.setting.split(/[.[\]]+/);
  const isSecret = path.some((part) => secretKeys.includes(part));
  return { ...problem, given: isSecret ? hidden : withoutSecrets(problem.given) };
}

function withoutSecrets(value: unknown): unknown {
  // An object that did not parse as JSON may contain anything.
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
