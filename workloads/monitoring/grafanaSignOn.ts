/**
 * Grafana's own login at the identity provider: it asks it itself, and takes nobody's word for who somebody is
 * (grafana.com/docs/grafana/latest/setup-grafana/configure-access/configure-authentication/generic-oauth).
 */
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { GatewaySettings } from "../access/gateway/settings";
import type { Oidc } from "../access/gateway/signOnSettings";
import { owned } from "../adoption/fieldManager";
import type { GrafanaValues } from "./chartValues";
import { monitoringNames } from "./names";

const { name: secretName, clientKey, authorityKey, folder } = monitoringNames.signOnSecret;

type GrafanaOidc = Oidc & { readonly endpoints: NonNullable<Oidc["endpoints"]> };

/** The provider that people log in at Grafana by, if any. */
export function grafanaOidc({
  enabled,
  oidc,
}: Pick<GatewaySettings, "enabled" | "oidc">): GrafanaOidc | undefined {
  if (!enabled || oidc?.endpoints === undefined) return undefined;
  return { ...oidc, endpoints: oidc.endpoints };
}

/** Section of grafana.ini. */
export function oauthSection(oidc: GrafanaOidc): GrafanaValues["grafana.ini"][string] {
  const { clientId, scopes, endpoints, certificateAuthority } = oidc;
  return {
    ...{ enabled: true, name: "the identity provider", allow_sign_up: true, auto_login: true },
    ...{ client_id: clientId, client_secret: `$__file{${folder}/${clientKey}}`, use_pkce: true },
    scopes: ["openid", ...scopes].join(" "),
    use_refresh_token: scopes.includes("offline_access"),
    ...{ auth_url: endpoints.authorization, token_url: endpoints.token, api_url: endpoints.userInfo },
    ...(certificateAuthority !== undefined && { tls_client_ca: `${folder}/${authorityKey}` }),
    // Who is in no group of the settings is refused, not a viewer.
    ...{ role_attribute_path: roleOf(oidc), role_attribute_strict: true },
  };
}

/** Grafana's role of somebody, as an expression on their token (jmespath.org). */
function roleOf({ groupsClaim, groups }: Pick<Oidc, "groupsClaim" | "groups">): string {
  const roles = { Editor: groups.operator, Viewer: groups.viewer };
  return Object.entries(roles)
    .flatMap(([role, those]) =>
      those.map((group) => `contains("${groupsClaim}"[*], '${group}') && '${role}'`),
    )
    .join(" || ");
}

/** Secret that Grafana reads, so that no Helm value contains the client's. */
export function signOnSecret(
  name: string,
  { clientSecret, certificateAuthority }: GrafanaOidc,
  namespace: pulumi.Input<string>,
  opts: pulumi.CustomResourceOptions,
): kubernetes.core.v1.Secret {
  return new kubernetes.core.v1.Secret(
    name,
    {
      metadata: owned({ name: secretName, namespace }),
      stringData: {
        [clientKey]: pulumi.secret(clientSecret),
        ...(certificateAuthority !== undefined && { [authorityKey]: certificateAuthority }),
      },
    },
    opts,
  );
}

/** How Grafana's pod has it. */
export const signOnMounts = [
  { name: "sign-on", secretName, mountPath: folder, readOnly: true, defaultMode: 0o440 },
] as const;
