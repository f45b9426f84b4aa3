/** Settings of probes. */
import { z } from "zod";
import { certificates } from "../../settings/certificates";
import { accepted, matching, oneOf, positive, whole } from "../../settings/kinds";
import { type SettingProblem, strictObject } from "../../settings/load";
import { team } from "../alerting/team";
import { addressOf, addressProblem, hasCertificate, hasStatus } from "./address";

const address = accepted(
  addressProblem,
  "an address such as https://shop.example/health, tcp://station.example:5000, tls://host:636, dns://10.96.0.10/shop.example?type=A or icmp://gateway.example",
);

/** What the probes have in common. */
export const probeLimits = {
  /** Longest time for an answer, in seconds; less where probes follow each other faster. */
  answerSeconds: 10,
  /** Days before a certificate's end, by default: what renews itself does so a month before. */
  certificateDays: 14,
} as const;

export const probe = strictObject({
  name: matching(/^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$/, "a name: a-z, 0-9 and - between, at most 40").describe(
    "Name, the label `probe` of its series and alerts.",
  ),
  url: address.describe(
    "What is asked: `http(s)://`, `tcp://host:port`, `tls://host:port` (TCP, and its certificate), `dns://server/name?type=A`, `icmp://host`. Names are those that pods know: `http://shop.prod.svc/health`.",
  ),
  expect: z
    .array(whole(100, 599))
    .min(1, { error: "one HTTP status at least" })
    .max(20, { error: "at most 20" })
    .optional()
    .describe(
      "Of `http(s)`: HTTP statuses that are right. With one of 300 to 399, redirects are not followed. Default: 200 to 299.",
    ),
  team: team.default("ground-segment").describe("Team that its alerts go to."),
  severity: oneOf(["critical", "warning"])
    .default("warning")
    .describe("Severity of [ProbeFailing](alerts/ProbeFailing.md); what is slow or ends soon is a warning."),
  everySeconds: whole(5, 240).default(30).describe("Seconds between two probes."),
  downSeconds: whole(0, 86_400)
    .default(120)
    .describe("Seconds without a right answer after which somebody is told."),
  slowSeconds: positive(probeLimits.answerSeconds)
    .default(2)
    .describe("Seconds for an answer, as a mean of five minutes, that are too many."),
  certificateDays: whole(1, 365)
    .optional()
    .describe(
      `Of \`https\` and \`tls\`: days before the certificate's end. Default: ${probeLimits.certificateDays}.`,
    ),
  certificateAuthority: certificates
    .optional()
    .describe(
      "Of `https` and `tls`: authorities in PEM that the certificate is verified by. Default: those that the prober's image knows.",
    ),
});

export type ProbeSettings = z.output<typeof probe>;

/** Problems of a probe's parts with its address, and across probes. */
export function probeChecks(probes: readonly ProbeSettings[]): SettingProblem[] {
  return probes.flatMap((each, i) => {
    const { scheme } = addressOf(each.url);
    const first = probes.findIndex(({ name }) => name === each.name);
    const notKnown = (key: "expect" | "certificateDays" | "certificateAuthority"): SettingProblem[] => {
      const given = each[key];
      const problem = `not known where \`url\` is ${scheme}://`;
      return given === undefined ? [] : [{ setting: `probes[${i}].${key}`, given, problem }];
    };
    const most = Math.min(each.everySeconds, probeLimits.answerSeconds);
    return [
      ...(first < i
        ? [
            {
              ...{ setting: `probes[${i}].name`, given: each.name },
              problem: `probes[${first}] has that name; each needs one of its own`,
            },
          ]
        : []),
      ...(hasStatus(scheme) ? [] : notKnown("expect")),
      ...(hasCertificate(scheme)
        ? []
        : [...notKnown("certificateDays"), ...notKnown("certificateAuthority")]),
      ...(each.slowSeconds >= most
        ? [
            {
              ...{ setting: `probes[${i}].slowSeconds`, given: each.slowSeconds },
              problem: `less than ${most}, after which no answer is waited for`,
            },
          ]
        : []),
    ];
  });
}
