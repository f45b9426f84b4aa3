/** Removal of secrets from problems of settings. */
import type { SettingProblem } from "./load";

/** Keys, at any depth, whose values are secret beside passwords. */
const secretKeys: readonly string[] = [
  "watchdogUrl",
  "url", // of Slack and webhooks: anyone with the URL can post there
  "routingKey",
  "secretAccessKey",
  "identity", // of the backups
  "clientSecret", // of the pages' sign-on
  "headers", // of a store of logs
];

/** True for a key, at any depth, whose value is secret: a password, whosever it is, and those above. */
export const isSecretKey = (key: string): boolean => secretKeys.includes(key) || /password$/i.test(key);

/** Words in a key that make its value secret: the key may be mistyped or misplaced. */
const secretWord = /pass(w|$)|secret|token|routing|url|hook|credential|header|authorization/i;

const hidden = "[secret]";

/** The same problem without secrets: neither in the setting's path, nor the given value, nor the text. */
export function redacted({ setting, given, problem }: SettingProblem): SettingProblem {
  const isSecret = setting.split(/[.[\]]+/).some(isSecretKey);
  const shown = given !== undefined && isSecret ? hidden : withoutSecrets(given);
  const quoted = typeof given === "string" && given !== "" && shown !== given ? given : undefined;
  return {
    setting: withoutUserInfo(setting),
    given: shown,
    problem: quoted === undefined ? problem : problem.replaceAll(quoted, hidden),
  };
}

function withoutSecrets(value: unknown): unknown {
  if (typeof value === "string") return unparsed.test(value) ? hidden : withoutUserInfo(value);
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      withoutUserInfo(key),
      isSecretKey(key) || secretWord.test(key) ? hidden : withoutSecrets(inner),
    ]),
  );
}

/**
 * Text that may be an object or a list which did not parse as JSON: anything may be in it. `[2001:` is an address,
 * `up{job="x"}` a selector of series.
 */
const unparsed = new RegExp(
  `(?<!\\w)\\{|\\{(?!\\s*(\\}|\\w+\\s*(=|!=)))|^\\s*\\[(?!\\s*[\\da-f]*:)|(${secretWord.source})\\w*["']?\\s*[:=]`,
  "i",
);

/**
 * The text without a URL's user and password. Everything between the scheme and the last @ is hidden: a malformed URL
 * does not say where its password ends. An image's digest and an e-mail address stay.
 */
function withoutUserInfo(text: string): string {
  const [before = ""] = /^[^]*@(?!sha\d+:)/.exec(text) ?? [];
  if (!before.includes(":")) return text;
  const scheme = /^[^:]*:[\\/]+/.exec(before)?.[0] ?? "";
  return `${scheme}${hidden}@${text.slice(before.length)}`;
}
