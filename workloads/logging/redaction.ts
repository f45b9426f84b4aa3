/**
 * Secrets in log lines, and what is written in their place: expressions that Go's regexp (RE2) and JavaScript's read
 * alike. A line is searched as it came, before its JSON is parsed, so that none is missed in a nested field.
 */

import { containsOne, field, kept, literal, setTo } from "./ottl";

export interface SecretForm {
  /** Form of the secret in a few words. */
  readonly about: string;
  readonly pattern: string;
  /** Replacement; `$1` is the pattern's first group. */
  readonly by: string;
}

const mark = "[redacted]";

/** Name of a field that is a secret: `password`, `db_pass`, `registryToken`; not `passwordFile`, `tokens` or `bypass`. */
const name =
  String.raw`[\w.-]*(?:password|passwd|passphrase|secret|token|credential|client-key-data|\b(?:pwd|pass)|[_.-](?:pwd|pass)` +
  String.raw`|(?:api|access|account|auth|certificate|encryption|master|private|secret|shared|signing)[_-]?key)`;

export const secretForms: readonly SecretForm[] = [
  {
    about: "private key in PEM",
    pattern: String.raw`(-----BEGIN [A-Z ]*PRIVATE KEY-----)(?:[^-]|-[^-])*`,
    by: `$1${mark}`,
  },
  { about: "age identity", pattern: String.raw`AGE-SECRET-KEY-1[0-9A-Z]+`, by: mark },
  {
    about: "password in a URL",
    pattern: String.raw`(?i)([a-z][a-z0-9+.-]*://[^/\s:@"']*:)[^/\s@"']+@`,
    by: `$1${mark}@`,
  },
  {
    about: "header Authorization",
    pattern: String.raw`(?i)(authorization\\?["']?\s*[:=]\s*\[?\\?["']?)(?:(?:basic|bearer|digest|negotiate|token) [^"'\\,\]\r\n]+|[\w.~+/=-]{16,})`,
    by: `$1${mark}`,
  },
  {
    about: "header Cookie",
    pattern: String.raw`(?i)(cookie\\?["']?\s*[:=]\s*\[?\\?["']?)[\w.~-]+=[^"'\\\]\r\n]+`,
    by: `$1${mark}`,
  },
  { about: "bearer token", pattern: String.raw`(?i)(\bbearer )[\w.~+/-]{8,}=*`, by: `$1${mark}` },
  {
    // In base64: no word of a sentence.
    about: "user and password of an HTTP request",
    pattern: String.raw`(?i)(\bbasic )(?:[a-z0-9+/]*[0-9+/][a-z0-9+/]{7,}={0,2}|[a-z0-9+/]{8,}={1,2})`,
    by: `$1${mark}`,
  },
  {
    about: "JSON Web Token",
    pattern: String.raw`\beyJ[\w-]{5,}\.eyJ[\w-]{5,}\.[\w-]*`,
    by: mark,
  },
  {
    about: "field in double quotes",
    pattern: String.raw`(?i)(${name}["']?\s*[:=]\s*")(?:[^"\\]|\\.)+`,
    by: `$1${mark}`,
  },
  {
    about: "field in single quotes",
    pattern: String.raw`(?i)(${name}["']?\s*[:=]\s*')[^']+`,
    by: `$1${mark}`,
  },
  {
    about: "field in JSON that is text in JSON",
    pattern: String.raw`(?i)(${name}\\"\s*:\s*\\")(?:[^"\\]|\\\\.)+`,
    by: `$1${mark}`,
  },
  {
    about: "number or list in JSON",
    pattern: String.raw`(?i)(${name}"\s*:\s*)(?:\d[\d.]*|\[[^\]]*\])`,
    by: `$1"${mark}"`,
  },
  {
    about: "field without quotes, after =",
    pattern: String.raw`(?i)(${name}\s*=\s*)[^\s"'\\,;&)}\]\[]+`,
    by: `$1${mark}`,
  },
  {
    // Within a line it is a sentence: "could not find secret: db".
    about: "field without quotes, first of its line",
    pattern: String.raw`(?im)(^[\s>-]*${name}\s*:\s*)[^\s"'\\,;&)}\]\[]+`,
    by: `$1${mark}`,
  },
  {
    about: "argument of a command",
    pattern: String.raw`(?i)(--[\w-]*(?:password|passphrase|secret|token|certificate-key)["']?[ ,]+["']?)[^\s"'\\-][^\s"'\\]*`,
    by: `$1${mark}`,
  },
  {
    about: "user and password of curl",
    pattern: String.raw`(\bcurl [^\n]*-u ?[^\s:]+:)\S+`,
    by: `$1${mark}`,
  },
  { about: "key of AWS", pattern: String.raw`\b(?:AKIA|ASIA)[0-9A-Z]{16}\b`, by: mark },
  {
    about: "token of GitHub, GitLab, Slack or Google, or a key of that form",
    pattern: String.raw`\b(?:gh[pousr]_\w{20,}|glpat-[\w-]{16,}|xox[a-z]-[\w-]{10,}|AIza[\w-]{30,}|sk-[\w-]{20,})`,
    by: mark,
  },
  {
    about: "webhook",
    pattern: String.raw`(hooks\.slack\.com/services/|discord(?:app)?\.com/api/webhooks/|webhook\.office\.com/)[^\s"'\\]+`,
    by: `$1${mark}`,
  },
];

/** Text without its secrets, as the collector writes it. */
export function withoutSecrets(text: string): string {
  return secretForms.reduce((rest, { pattern, by }) => {
    const [given = "", flags = ""] = /^\(\?(\w+)\)/.exec(pattern) ?? [];
    return rest.replace(new RegExp(pattern.slice(given.length), `g${flags}`), by);
  }, text);
}

/**
 * Words in small letters, one of which is in every line that has one of the forms: looking for them costs a fiftieth of
 * what the forms do, and spares nearly all lines these.
 */
const hints = [
  ...["pass", "pwd", "secret", "token", "credential", "key", "authorization", "cookie", "bearer ", "basic "],
  ...[
    "@",
    "curl ",
    "eyj",
    "akia",
    "asia",
    "ghp_",
    "gho_",
    "ghu_",
    "ghs_",
    "ghr_",
    "glpat-",
    "xox",
    "aiza",
    "sk-",
  ],
  ...["hooks.slack", "webhook"],
];

/** Whether the collector looks for secrets in a line. */
export const isSuspect = (text: string): boolean => hints.some((hint) => text.toLowerCase().includes(hint));

/** Statements of OTTL that do the same with a text of the record. */
export function redactionStatements(target: string): string[] {
  return redacted(
    target,
    `IsString(${target})`,
    (pattern, by) => `replace_pattern(${target}, ${pattern}, ${by})`,
  );
}

/** The same with all fields of the record, of which these are looked at. */
export function fieldsRedacted(names: readonly string[]): string[] {
  const all = `Concat([${names.map(field).join(", ")}], "\\n")`;
  return redacted(
    all,
    "true",
    (pattern, by) => `replace_all_patterns(log.attributes, "value", ${pattern}, ${by})`,
  );
}

function redacted(
  text: string,
  condition: string,
  replace: (pattern: string, by: string) => string,
): string[] {
  const [lower, suspect] = [kept("lower"), kept("suspect")];
  return [
    `set(${suspect}, false)`,
    setTo(lower, `ConvertCase(${text}, "lower")`, condition),
    setTo(suspect, "true", `${condition} and (${containsOne(lower, hints)})`),
    ...secretForms.map(
      ({ pattern, by }) =>
        `${replace(literal(pattern), literal(by.replace("$1", "${1}")))} where ${suspect} == true`,
    ),
  ];
}
