/** People by an identity provider: configuration of the API server's authentication (apiserver.config.k8s.io/v1). */
import { z } from "zod";
import { reservedBeginnings } from "../../contract/reservedNames";
import { certificates } from "../../settings/certificates";
import { claim, clientId, issuer } from "../../settings/identityProvider";
import { matching } from "../../settings/kinds";
import { strictObject } from "../../settings/load";
import { toYaml } from "../yaml";

const prefix = matching(
  new RegExp(`^(?!${reservedBeginnings.join("|")})[\\w:./-]{0,64}$`),
  `at most 64 letters, digits and _ : . / -, and neither ${reservedBeginnings.join(" nor ")} in front, which are refused in every token`,
);

const oidc = strictObject({
  issuer: issuer.describe(
    "URL of the identity provider, as it stands in the tokens' `iss`. Control planes must reach it: they ask it for its keys.",
  ),
  clientId: clientId.describe(
    "Client at the provider that people log in for, the tokens' `aud`. A public client, with PKCE.",
  ),
  usernameClaim: claim
    .default("email")
    .describe("Claim with the user's name. `email` counts only where `email_verified` does not say false."),
  usernamePrefix: prefix.default("oidc:").describe("Put before the name, so that it is nobody else's."),
  groupsClaim: claim.default("groups").describe("Claim with the groups, which `teams` of stack 2 names."),
  groupsPrefix: prefix.default("").describe("Put before each group, in `teams` too."),
  scopes: z
    .array(claim)
    .max(10)
    .default(["email"])
    .describe(
      "Scopes that `kubectl` asks for beside `openid`. Dex and Okta give groups for `groups`; others, as Keycloak, refuse a scope that they do not know.",
    ),
  certificateAuthority: certificates
    .optional()
    .describe(
      "Authorities in PEM that the provider's certificate is verified by. Default: those that the machine knows.",
    ),
});

export const access = strictObject({
  oidc: oidc
    .optional()
    .describe(
      "Identity provider (OpenID Connect) that people log in at, for `kubectl` ([access.md](access.md)). None: certificates only.",
    )
    .meta({ example: { issuer: "https://id.example.org", clientId: "kubernetes" } }),
});

export type Oidc = z.output<typeof oidc>;

/**
 * Configuration by which API servers take the provider's tokens, beside certificates and ServiceAccounts' tokens. They read
 * it anew when it changes.
 */
export function authenticationConfiguration(settings: Oidc): string {
  const { issuer, clientId, certificateAuthority } = settings;
  const isFree = (name: string): string =>
    reservedBeginnings.map((start) => `!${name}.startsWith('${start}')`).join(" && ");
  return toYaml({
    apiVersion: "apiserver.config.k8s.io/v1",
    kind: "AuthenticationConfiguration",
    jwt: [
      {
        issuer: {
          url: issuer,
          audiences: [clientId],
          ...(certificateAuthority !== undefined && { certificateAuthority }),
        },
        claimMappings: {
          username: { claim: settings.usernameClaim, prefix: settings.usernamePrefix },
          groups: { claim: settings.groupsClaim, prefix: settings.groupsPrefix },
        },
        userValidationRules: [
          {
            expression: isFree("user.username"),
            message: `a name begins with ${reservedBeginnings.join(" or ")}`,
          },
          {
            expression: `user.groups.all(group, ${isFree("group")})`,
            message: `a group begins with ${reservedBeginnings.join(" or ")}`,
          },
        ],
      },
    ],
  });
}

/** Inputs of the step `init` for this provider; empty without one, so that nothing of a cluster without is touched. */
export function authenticationInputs(settings: Oidc | undefined): Readonly<Record<string, string>> {
  return {
    AUTHENTICATION_CONFIG: settings === undefined ? "" : authenticationConfiguration(settings),
    OIDC_ISSUER: settings?.issuer ?? "",
    OIDC_AUTHORITY: settings?.certificateAuthority ?? "",
  };
}
