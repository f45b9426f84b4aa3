/** E-mail: settings of the SMTP server and of addresses, and what can never be delivered. */
import { z } from "zod";
import { hostPort, matching, trueOrFalse } from "../../settings/kinds";
import { type SettingProblem, strictObject } from "../../settings/load";
import { isOwnPod } from "./destination";

const label = "[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?";
const hostName = `${label}(\\.${label})*`;
/** Characters of a mailbox; braces are left out, because Alertmanager reads `{{` in an address as a template. */
const atom = "[\\w!#$%&'*+/=?^`|~-]+";

/**
 * A bare address of ASCII characters, as Go's `mail.ParseAddressList` reads it. No display name: Alertmanager writes
 * the text into the header as it is, and one character outside ASCII makes it encode the address along with the name.
 */
const address = matching(
  new RegExp(`^${atom}(\\.${atom})*@${hostName}$`),
  "an e-mail address such as flight@example.org, without a display name",
);

// No transform into a list: it would take the default of the list of receivers out of the settings' reference.
const recipients = z.union([address, z.array(address).min(1, { error: "at least one e-mail address" })], {
  error: "an e-mail address such as flight@example.org, without a display name, or a list of them",
});

export const email = strictObject({
  to: recipients.describe(
    "Recipient's address, or a list of addresses. Each gets a mail of its own: one that the server refuses does not silence the others.",
  ),
});

/** Text that YAML can hold as it is: Alertmanager does not load a file with a control character. */
const printable = matching(
  /^[^\p{Cc}\p{Cs}\uFEFF\uFFFE\uFFFF]+$/u,
  "text without control characters (a line break at its end, perhaps)",
);

export const mail = strictObject({
  server: hostPort.describe(
    "SMTP server, `host:port`. Port 465 is TLS from the start. AWS blocks port 25 to public addresses unless you ask it not to.",
  ),
  from: address.describe("Sender's address."),
  username: printable.optional().describe("User name, for servers that ask for one."),
  password: printable.optional().describe("Secret. Password, for servers that ask for one."),
  requireTls: trueOrFalse
    .default(true)
    .describe(
      "Send only by TLS (STARTTLS). `false` is for a relay without STARTTLS; it takes no user name, because a password would travel in clear text.",
    ),
  hello: matching(
    new RegExp(`^(${hostName}|\\[[0-9A-Fa-f.]+\\]|\\[IPv6:[0-9A-Fa-f:.]+\\])$`),
    "a host name such as alerts.example.org, or an address in brackets",
  )
    .optional()
    .describe(
      "Name in the EHLO greeting. Default: Alertmanager's own, `localhost`, which strict relays refuse; they want a full one such as `alerts.example.org`.",
    ),
});

export type MailSettings = z.output<typeof mail>;

/** Problems of a mail server that would never take a mail. */
export function mailChecks(settings: MailSettings | undefined, under: string): SettingProblem[] {
  if (settings === undefined) return [];
  const { server, username, password, requireTls } = settings;
  const isTlsFromTheStart = server.endsWith(":465");
  const problems: SettingProblem[] = [];
  if (isOwnPod(`smtp://${server}`)) {
    problems.push({
      setting: `${under}.server`,
      given: server,
      problem: "is Alertmanager's own pod, which has no SMTP server; name one that the pod reaches",
    });
  }
  if (username !== undefined && password === undefined) {
    problems.push({
      setting: `${under}.username`,
      given: username,
      problem: `needs ${under}.password: Alertmanager sends nothing with half a login. Give both, or neither`,
    });
  }
  if (username === undefined && password !== undefined) {
    problems.push({
      setting: `${under}.password`,
      given: password,
      problem: `needs ${under}.username: without one Alertmanager does not log in. Give both, or neither`,
    });
  }
  if (!requireTls && !isTlsFromTheStart && (username !== undefined || password !== undefined)) {
    problems.push({
      setting: `${under}.requireTls`,
      given: requireTls,
      problem:
        "does not go with a login: Alertmanager refuses PLAIN without TLS, and LOGIN would send the password in clear text. Leave requireTls out, take port 465, or leave username and password out",
    });
  }
  return problems;
}
