/** Configuration of the prober: a module for each probe, of its name (blackbox_exporter's CONFIGURATION.md). */
import { stringify } from "yaml";
import { type Address, addressOf, hasCertificate } from "./address";
import type { Probe } from "./own";
import { probeLimits, type ProbeSettings } from "./settings";

/** A module, as far as Perigee sets it. */
type Module =
  | { readonly prober: "http"; readonly timeout: string; readonly http: HttpModule }
  | { readonly prober: "tcp"; readonly timeout: string; readonly tcp: TcpModule }
  | { readonly prober: "dns"; readonly timeout: string; readonly dns: DnsModule }
  | { readonly prober: "icmp"; readonly timeout: string; readonly icmp: Family };

/** IPv6 only where there is no other address: pods have none. */
interface Family {
  readonly preferred_ip_protocol: "ip4";
}

interface TlsOptions {
  /** Path of certificates in PEM. */
  readonly ca_file: string;
}

interface HttpModule extends Family {
  readonly valid_status_codes?: readonly number[];
  readonly follow_redirects: boolean;
  /** Refuses an answer in clear: `https://` that was redirected to `http://`. */
  readonly fail_if_not_ssl?: true;
  readonly tls_config?: TlsOptions;
}

interface TcpModule extends Family {
  readonly tls?: true;
  readonly tls_config?: TlsOptions;
}

interface DnsModule extends Family {
  readonly query_name: string;
  readonly query_type: string;
  /** An answer without what was asked for is none. */
  readonly validate_answer_rrs: { readonly fail_if_none_matches_regexp: readonly [".*"] };
}

const family: Family = { preferred_ip_protocol: "ip4" };

/** Seconds that a probe may take. */
export const answerSeconds = ({ everySeconds }: Pick<ProbeSettings, "everySeconds">): number =>
  Math.min(everySeconds, probeLimits.answerSeconds);

/** The cluster's authority, which Kubernetes puts into a ConfigMap of every namespace, and where the prober finds it. */
export const clusterAuthority = {
  configMap: "kube-root-ca.crt",
  folder: "/etc/cluster",
  file: "/etc/cluster/ca.crt",
} as const;

/** Name of the configuration among {@link proberFiles}. */
export const configFile = "prober.yaml";

/** The configuration, and the authorities that it names; contents by file name. @param folder where the files will be */
export function proberFiles(probes: readonly Probe[], folder: string): Readonly<Record<string, string>> {
  const modules = Object.fromEntries(probes.map((each) => [each.name, moduleOf(each, folder)]));
  const authorities = probes.flatMap(({ name, certificateAuthority: text }) =>
    text === undefined ? [] : [[authorityFile(name), text] as const],
  );
  return { [configFile]: stringify({ modules }), ...Object.fromEntries(authorities) };
}

const authorityFile = (name: string): string => `${name}.pem`;

function moduleOf(probe: Probe, folder: string): Module {
  const address = addressOf(probe.url);
  const timeout = `${answerSeconds(probe)}s`;
  switch (address.scheme) {
    case "http":
    case "https":
      return { prober: "http", timeout, http: http(probe, address, folder) };
    case "tcp":
    case "tls":
      return {
        ...{ prober: "tcp", timeout },
        tcp: { ...family, ...(address.scheme === "tls" && { tls: true }), ...tls(probe, folder) },
      };
    case "dns":
      return {
        ...{ prober: "dns", timeout },
        dns: {
          ...family,
          query_name: address.question?.name ?? "",
          query_type: address.question?.type ?? "",
          validate_answer_rrs: { fail_if_none_matches_regexp: [".*"] },
        },
      };
    case "icmp":
      return { prober: "icmp", timeout, icmp: family };
  }
}

function http(probe: Probe, { scheme }: Address, folder: string): HttpModule {
  const { expect } = probe;
  return {
    ...family,
    ...(expect && { valid_status_codes: expect }),
    follow_redirects: !(expect ?? []).some((status) => status >= 300 && status < 400),
    ...(hasCertificate(scheme) && { fail_if_not_ssl: true }),
    ...tls(probe, folder),
  };
}

function tls(
  { name, certificateAuthority, isOfCluster }: Probe,
  folder: string,
): { readonly tls_config?: TlsOptions } {
  if (isOfCluster) return { tls_config: { ca_file: clusterAuthority.file } };
  if (certificateAuthority === undefined) return {};
  return { tls_config: { ca_file: `${folder}/${authorityFile(name)}` } };
}
