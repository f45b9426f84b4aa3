/** Alerts about certificates that end, and about what renews them. */
import { ofKubelet, ofMachine, type PlatformAlertSpec } from "./alert";

const daySeconds = 86_400;

/** Days before a certificate's end. Who renews is done by then: a year's certificate has 36 days left at the latest. */
const daysLeft = { warning: 30, critical: 7 } as const;

/** An alert for both severities. */
function expiring(
  spec: Omit<PlatformAlertSpec, "expr" | "forSeconds" | "severity">,
  secondsLeft: string,
): PlatformAlertSpec[] {
  return (["warning", "critical"] as const).map((severity) => ({
    ...spec,
    expr: `${secondsLeft} < ${daysLeft[severity] * daySeconds}`,
    forSeconds: 300,
    severity,
    description: `${spec.description} ends in {{ $value | humanizeDuration }} (limit ${daysLeft[severity]} days): it has not been renewed.`,
  }));
}

/** A kubelet's certificates as one series each, with the label `certificate`. */
const kubeletCertificate = (certificate: "client" | "server"): string =>
  `label_replace(${ofKubelet(`kubelet_certificate_manager_${certificate}_ttl_seconds`)}, "certificate", "kubelet-${certificate}", "", "")`;

const renewalHours = 3;

export const certificateAlerts: readonly PlatformAlertSpec[] = [
  ...expiring(
    {
      alert: "CertificateExpiresSoon",
      summary: "A certificate of the control plane ends soon",
      description: "The certificate {{ $labels.certificate }} of {{ $labels.instance }}",
    },
    // A control plane tells of its kubelet's certificates too; the alert of all kubelets is the next one.
    `min by (instance, certificate) (${ofMachine("perigee_certificate_expiry_timestamp_seconds", 'certificate!~"kubelet[.-].*"')}) - time()`,
  ),
  ...expiring(
    {
      alert: "KubeletCertificateExpiresSoon",
      summary: "A certificate of a kubelet ends soon",
      description: "The certificate {{ $labels.certificate }} of {{ $labels.node }}",
    },
    `min by (instance, node, certificate) (${kubeletCertificate("client")} or ${kubeletCertificate("server")})`,
  ),
  {
    alert: "CertificateRenewalFailing",
    expr:
      `max by (instance) (${ofMachine("perigee_certificate_renewal_failed")}) == 1 or ` +
      `time() - max by (instance) (${ofMachine("perigee_certificate_renewal_last_run_timestamp_seconds")}) > ${renewalHours * 3600}`,
    forSeconds: 900,
    severity: "warning",
    summary: "Certificates of the control plane are not renewed",
    description: `The renewal of certificates on {{ $labels.instance }} {{ if eq $value 1.0 }}failed{{ else }}last ran {{ $value | humanizeDuration }} ago (limit ${renewalHours} hours){{ end }}.`,
  },
];
