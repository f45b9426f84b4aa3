/**
 * When the kubeconfig output is read anew: once its client certificate has less than a third of its life left. The control
 * plane has renewed its own by then (certificates/certificates.sh).
 */
import { X509Certificate } from "node:crypto";
import { parse } from "yaml";
import { z } from "zod";
import type { InfraOutputs } from "../../contract/outputs";

/** Life of a certificate, both in milliseconds since 1970. */
export interface Life {
  readonly begins: number;
  readonly ends: number;
}

const withCertificate = z.looseObject({
  users: z.tuple([z.looseObject({ user: z.looseObject({ "client-certificate-data": z.string() }) })]),
});

/**
 * Reason for which the kubeconfig was read last, as stack 1's output `kubeconfigRead`: another one reads it anew.
 * @param last outputs of the stack's last `up`; those of 0.1 have none
 */
export function kubeconfigRead(last: Partial<InfraOutputs>, now: Date): string {
  const life = last.kubeconfig === undefined ? undefined : clientCertificateLife(last.kubeconfig);
  return nextRead(last.kubeconfigRead ?? "", life, now.getTime());
}

/** The end of a certificate that is due, or else what it was before, so that a second `up` changes nothing. */
export function nextRead(before: string, life: Life | undefined, now: number): string {
  return life !== undefined && isDue(life, now) ? new Date(life.ends).toISOString() : before;
}

const isDue = ({ begins, ends }: Life, now: number): boolean => 3 * (ends - now) < ends - begins;

/** Life of the client certificate in a kubeconfig of one user; undefined where there is none that can be read. */
export function clientCertificateLife(kubeconfig: string): Life | undefined {
  try {
    const { users } = withCertificate.parse(parse(kubeconfig));
    const pem = Buffer.from(users[0].user["client-certificate-data"], "base64");
    const { validFrom, validTo } = new X509Certificate(pem);
    return { begins: Date.parse(validFrom), ends: Date.parse(validTo) };
  } catch {
    return undefined;
  }
}
