/**
 * Statements of OTTL that make a record of a line: its message, its level and its fields. What one line says is its own:
 * only what all lines of a file share becomes a label of the resource.
 */
import { containsOne, copy, field, kept, label, literal, setTo } from "./ottl";
import { fieldsRedacted, redactionStatements } from "./redaction";

/** Fields of the record: what the line itself says under these names gets `line.` before it. */
const ownFields = ["source", "cluster", "node", "namespace", "pod", "container", "stream", "unit", "level"];

const member = (name: string): string => `log.body["${name}"]`;

/** Labels of a pod's lines, from the path of its file. */
export const podLabels: readonly string[] = [
  copy(label("k8s.namespace.name"), label("namespace")),
  copy(label("k8s.pod.name"), label("pod")),
  copy(label("k8s.container.name"), label("container")),
  `delete_matching_keys(resource.attributes, "^k8s[.]")`,
];

/** Fields with which a line of JSON gives its message and its level, the first that there is. */
const messageFields = ["message", "msg", "log"];
const levelFields = ["level", "severity", "lvl"];

/** Of a pod's line: its stream, in place of what the reader of its file knew, and the fields of JSON. */
export const podStatements: readonly string[] = [
  copy(field("log.iostream"), kept("stream")),
  `delete_matching_keys(log.attributes, ".*")`,
  // It fails for what only looks like JSON.
  `merge_maps(log.attributes, ParseJSON(log.body), "insert") where IsMatch(log.body, ${literal(String.raw`^\s*\{.*\}\s*$`)})`,
  // Names that the store gives a meaning of its own.
  `delete_matching_keys(log.attributes, "^_(msg|time|stream|stream_id)$$")`,
  ...messageFields.toReversed().map((name) => setTo("log.body", field(name), `IsString(${field(name)})`)),
  ...messageFields.map((name) => `delete_key(log.attributes, "${name}") where log.body == ${field(name)}`),
  ...levelFields.toReversed().map((name) => copy(field(name), kept("level"))),
  ...ownFields.flatMap((name) => [
    copy(field(name), field(`line.${name}`)),
    `delete_key(log.attributes, "${name}")`,
  ]),
  copy(kept("stream"), field("stream")),
];

/** Of a first boot's line: what its reader knew of the file is in its unit, and nobody knows its time. */
export const bootStatements: readonly string[] = [
  `delete_matching_keys(log.attributes, ".*")`,
  "set(log.time, log.observed_time)",
];

/** Of an entry of the journal: its message is its body, and its unit says who wrote it. */
export const journalStatements: readonly string[] = [
  copy(member("_SYSTEMD_UNIT"), field("unit")),
  setTo(field("unit"), `"kernel"`, `${member("_TRANSPORT")} == "kernel"`),
  copy(member("SYSLOG_IDENTIFIER"), field("identifier")),
  copy(member("PRIORITY"), kept("priority")),
  setTo("log.body", member("MESSAGE"), `IsString(${member("MESSAGE")})`),
  // Several messages in one entry, or none.
  setTo("log.body", `String(${member("MESSAGE")})`, `IsMap(log.body) and ${member("MESSAGE")} != nil`),
  setTo("log.body", `String(log.body)`, "IsMap(log.body)"),
];

/**
 * Condition on a line of the audit log, in its reader's language: an event of Kubernetes that was taken. The API server
 * writes the fields of an entry in one order, what was sent to it last: so the first of a name is the entry's own. To
 * parse them here would hold a whole batch of them in memory.
 */
export const isEvent = [
  [`"objectRef":{`, `"resource":"events"`],
  [`"responseStatus":{"metadata":{},`, `"code":20`],
]
  .map(([name = "", value = ""]) => {
    const at = (text: string): string => `indexOf(body, ${JSON.stringify(text)})`;
    return `${at(name)} >= 0 and ${at(name)} == ${at(name + value)}`;
  })
  .join(" and ");

/**
 * Of any entry of the API server's audit log: its time. Most of an entry is what was written to the API, which no record
 * has, so that nothing but what becomes of the entry is searched for secrets.
 */
const entryStatements: readonly string[] = [
  `merge_maps(log.cache, ParseJSON(log.body), "insert")`,
  setTo(
    "log.time",
    `Time(${kept("stageTimestamp")}, "%Y-%m-%dT%H:%M:%S.%fZ", "UTC")`,
    `${kept("stageTimestamp")} != nil`,
  ),
  `delete_matching_keys(log.attributes, ".*")`,
];

/** Fields of an audit record, and where the API server's entry has them. */
const auditFields: Readonly<Record<string, string>> = {
  user: `["user"]["username"]`,
  verb: `["verb"]`,
  resource: `["objectRef"]["resource"]`,
  subresource: `["objectRef"]["subresource"]`,
  objectNamespace: `["objectRef"]["namespace"]`,
  name: `["objectRef"]["name"]`,
  address: `["sourceIPs"][0]`,
  userAgent: `["userAgent"]`,
  uri: `["requestURI"]`,
  stage: `["stage"]`,
  auditId: `["auditID"]`,
};

/** Of an entry of the audit log: who did what to which object, and what came of it. */
export const auditStatements: readonly string[] = [
  ...entryStatements,
  ...Object.entries(auditFields).map(([name, path]) => copy(`log.cache${path}`, field(name))),
  setTo(
    field("code"),
    `Int(log.cache["responseStatus"]["code"])`,
    `log.cache["responseStatus"]["code"] != nil`,
  ),
  ...fieldsRedacted(Object.keys(auditFields)),
  setTo(
    "log.body",
    `Concat([${field("user")}, ${field("verb")}, ${field("uri")}], " ")`,
    `${field("verb")} != nil`,
  ),
  // One that could not be read is its line.
  ...redactionStatements("log.body"),
];

/** Fields of an event's record, and where its two APIs have them, the older one first. */
const eventFields: Readonly<Record<string, readonly string[]>> = {
  kind: [`["involvedObject"]["kind"]`, `["regarding"]["kind"]`],
  name: [`["involvedObject"]["name"]`, `["regarding"]["name"]`],
  namespace: [`["involvedObject"]["namespace"]`, `["regarding"]["namespace"]`],
  reason: [`["reason"]`],
  component: [`["source"]["component"]`, `["reportingComponent"]`, `["reportingController"]`],
  host: [`["source"]["host"]`],
};
const countPaths = [`["count"]`, `["series"]["count"]`];

const event = kept("responseObject");
const isText = (path: string): string => `${path} != nil and ${path} != ""`;

/** Of an event of Kubernetes: what happened to which object, by whom it is told, and how often so far. */
export const eventStatements: readonly string[] = [
  ...entryStatements,
  ...Object.entries(eventFields).flatMap(([name, paths]) =>
    paths.toReversed().map((path) => setTo(field(name), `${event}${path}`, isText(`${event}${path}`))),
  ),
  // The lines of a pod are found by the same name.
  setTo(field("pod"), field("name"), `${field("kind")} == "Pod"`),
  ...countPaths.map((path) => setTo(field("count"), `Int(${event}${path})`, `${event}${path} != nil`)),
  setTo(kept("level"), `"warning"`, `${event}["type"] == "Warning"`),
  setTo(kept("level"), `"info"`, `${event}["type"] == "Normal"`),
  // Without a message of its own it is its reason: nobody has looked into the line.
  setTo("log.body", field("reason"), `${field("reason")} != nil`),
  ...["note", "message"].map((name) =>
    setTo("log.body", `${event}["${name}"]`, isText(`${event}["${name}"]`)),
  ),
  ...redactionStatements("log.body"),
  ...fieldsRedacted([...Object.keys(eventFields), "pod"]),
];

/** Words for a level, by the one that records have. */
const words: Readonly<Record<string, string>> = {
  debug: "trace|debug|dbg|d|verbose|finest|finer|fine|[12]0|7",
  info: "info|information|informational|notice|i|30|[56]",
  warning: "warn|warning|wrn|w|40|4",
  error: "error|err|eror|e|severe|50|3",
  critical: "fatal|crit|critical|alert|emerg|emergency|panic|dpanic|f|60|[012]",
};

/** Severities of OpenTelemetry, for stores that go by them. */
const numbers: Readonly<Record<string, number>> = { debug: 5, info: 9, warning: 13, error: 17, critical: 21 };

const levelWords = [
  ...["TRACE", "DEBUG", "INFO", "NOTICE", "WARN", "WARNING"],
  ...["ERROR", "FATAL", "CRITICAL", "PANIC", "EMERG", "ALERT"],
];

/** Forms in which a line of text says its level, the surest first, and what is in every line that has it. */
const levelForms: readonly { readonly form: string; readonly condition?: string }[] = [
  // klog, of Kubernetes' own programs
  { form: String.raw`^(?P<level>[IWEF])\d{4} \d\d:\d\d:` },
  // logfmt
  {
    form: String.raw`(?:^|\s)(?:level|lvl|severity)="?(?P<level>\w+)`,
    condition: containsOne("log.body", ["level=", "lvl=", "severity="]),
  },
  // among the first words, after a time perhaps
  {
    form: String.raw`^(?:\S+\s+){0,4}?(?:\S*[\[(<])?(?P<level>${levelWords.join("|")})(?:[\])>:]|\s|$)`,
    condition: containsOne("log.body", levelWords),
  },
];

/** Level of every record, as far as it is known. */
export const levelStatements: readonly string[] = [
  ...levelForms.map(({ form, condition }) => {
    const isOpen = `${kept("level")} == nil and IsString(log.body)`;
    return (
      `merge_maps(log.cache, ExtractPatterns(log.body, ${literal(form)}), "insert") where ` +
      (condition === undefined ? isOpen : `${isOpen} and (${condition})`)
    );
  }),
  setTo(kept("level"), kept("priority"), `${kept("level")} == nil and ${kept("priority")} != nil`),
  setTo(kept("level"), `ConvertCase(String(${kept("level")}), "lower")`, `${kept("level")} != nil`),
  ...Object.entries(words).flatMap(([level, all]) => [
    setTo(
      field("level"),
      `"${level}"`,
      `${kept("level")} != nil and IsMatch(${kept("level")}, "^(${all})$$")`,
    ),
    setTo("log.severity_number", String(numbers[level]), `${field("level")} == "${level}"`),
  ]),
  `delete_key(log.attributes, "line.level") where ${field("level")} != nil`,
];
