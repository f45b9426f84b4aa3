/** Settings of the sign-on by an identity provider, in harmony with stack 1's `access.oidc`. */
import { z } from "zod";
import { certificates } from "../../../settings/certificates";
import { claim, clientId, issuer } from "../../../settings/identityProvider";
import { matching, url } from "../../../settings/kinds";
import { type SettingProblem, strictObject } from "../../../settings/load";

/** What is taken by the sign-on's own list of groups, by addresses and by Grafana's expressions as it stands. */
const group = matching(
  /^[\p{L}\p{N}_:./@+-]([\p{L}\p{N}_:./@+ -]{0,126}[\p{L}\p{N}_:./@+-])?$/u,
  "a group: at most 128 letters, digits and _ : . / @ + -, spaces between",
);
const groups = z.array(group).max(50).default([]);

export const oidc = strictObject({
  issuer: issuer.describe(
    "URL of the identity provider, as it stands in the tokens' `iss`. Pods must reach it, and people's browsers.",
  ),
  clientId: clientId.describe("Client at the provider, with a secret."),
  clientSecret: matching(/^[\x21-\x7e]{1,512}$/, "1 to 512 printable characters without a space").describe(
    "Secret. Secret of the client.",
  ),
  certificateAuthority: certificates
    .optional()
    .describe(
      "Authorities in PEM that the provider's certificate is verified by. Default: those that the images know.",
    ),
  scopes: z
    .array(claim)
    .max(10)
    .default(["email"])
    .describe(
      "Scopes beside `openid`. Dex and Okta give groups for `groups`; for `offline_access` most give what keeps a login up to date.",
    ),
  groupsClaim: claim.default("groups").describe("Claim with the groups."),
  groups: strictObject({
    viewer: groups.describe("Groups that may what the user `viewer` may."),
    operator: groups.describe("Groups that may what the user `operator` may."),
  }).describe("Who may what, by groups: one at least. Who is in none is refused."),
  endpoints: strictObject({
    authorization: url.describe("`authorization_endpoint`"),
    token: url.describe("`token_endpoint`"),
    userInfo: url.describe("`userinfo_endpoint`"),
  })
    .optional()
    .describe(
      "Addresses in the provider's `.well-known/openid-configuration`, for Grafana, which does not look there: with them people log in at Grafana by the provider too.",
    ),
});

export type Oidc = z.output<typeof oidc>;

export function oidcChecks({ groups: { viewer, operator } }: Oidc): SettingProblem[] {
  if (viewer.length + operator.length > 0) return [];
  return [
    { setting: "gateway.oidc.groups", given: undefined, problem: "one group at least: nobody could log in" },
  ];
}
