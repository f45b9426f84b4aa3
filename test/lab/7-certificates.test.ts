/** Certificates: kubelets' are verified by who asks them, and those of minutes are renewed before they end. */
import { strict as assert } from "node:assert";
import { dirname } from "node:path";
import { controlPlane, eventually, kubectl, node, outputs, ssh, worker } from "../support/lab/lab";
import { query } from "../support/lab/prometheus";
import { runbook } from "../support/lab/runbook";

const config = "/etc/perigee/kubeadm.yaml";
const authority = "/etc/kubernetes/pki/ca.crt";
const scheduler = "/etc/kubernetes/scheduler.conf";

/** End of the scheduler's certificate, in seconds since 1970. */
const endOfScheduler = async (): Promise<number> =>
  Number(
    await ssh(
      controlPlane,
      `date +%s -d "$(sed -n 's/^ *client-certificate-data: //p' ${scheduler} | base64 -d | openssl x509 -noout -enddate | cut -d= -f2)"`,
    ),
  );

describe("a kubelet's serving certificate", () => {
  it("is the cluster's, for the address of its node: whoever asks it can verify it", async () => {
    for (const name of [controlPlane, worker]) {
      const { privateIp } = await node(name);
      // Without a login it refuses; before that, curl has verified it.
      const asked = `curl --silent --output /dev/null --write-out '%{http_code}' --cacert ${authority} https://${privateIp}:10250/pods`;
      assert.equal(await ssh(controlPlane, asked), "401", name);
    }
  });

  it("is what Prometheus verifies when it scrapes, and the API server when it reads logs", async () => {
    await eventually("all kubelets to be scraped", async () => {
      const up = await query('up{job="kubelet"} == 1');
      const { nodes } = await outputs();
      return new Set(up.map(({ metric }) => metric["node"] ?? metric["instance"])).size >= nodes.length;
    });
    await kubectl("-n", "telemetry", "logs", "deployment/telemetry", "--tail=1");
  });
});

describe("the certificates of a control plane", () => {
  it("have their ends as metrics, none within the next 30 days", async () => {
    await eventually(
      "the metrics in Prometheus",
      async () => (await query("perigee_certificate_expiry_timestamp_seconds")).length >= 11,
      240,
    );
    const early = "perigee_certificate_expiry_timestamp_seconds - time() < 30 * 86400";
    assert.deepEqual(await query(early), []);
  });

  it("of which the kubelet's ended is made anew by the runbook @all", async () => {
    const inPki = "cd /var/lib/kubelet/pki && ";
    // One of the cluster's authority that ended yesterday, as on a machine that was switched off for long.
    await ssh(
      controlPlane,
      `${inPki} openssl req -new -nodes -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -keyout /run/ended.key \\
        -subj "/O=system:nodes/CN=system:node:$(hostname)" -out /run/ended.csr
      openssl x509 -req -in /run/ended.csr -CA ${authority} -CAkey /etc/kubernetes/pki/ca.key -days -1 -out /run/ended.crt
      cat /run/ended.crt /run/ended.key >kubelet-client-ended.pem
      ln -sf kubelet-client-ended.pem kubelet-client-current.pem
      systemctl restart kubelet`,
    );
    await assert.rejects(
      ssh(controlPlane, `${inPki} openssl x509 -noout -checkend 0 -in kubelet-client-current.pem`),
    );
    await ssh(controlPlane, await runbook("kubelet certificate"));
    const subject = `${inPki} openssl x509 -noout -subject -in kubelet-client-current.pem`;
    assert.match(await ssh(controlPlane, subject), /CN = system:node:perigee-lab-control-plane-1/);
    // A node stays Ready for 40 seconds after its kubelet has fallen silent: its lease tells sooner.
    const lease = ["-n", "kube-node-lease", "get", "lease", controlPlane];
    const since = Date.now();
    await eventually("the kubelet to renew its lease", async () => {
      const renewed = await kubectl(...lease, "-o", "jsonpath={.spec.renewTime}");
      return Date.parse(renewed) > since;
    });
    await kubectl("wait", `node/${controlPlane}`, "--for=condition=Ready", "--timeout=120s");
    assert.match(await ssh(controlPlane, "cat /etc/kubernetes/kubelet.conf"), /kubelet-client-current\.pem/);
  });
});

describe("certificates that live for minutes @all", () => {
  const dropIn = "/etc/systemd/system/perigee-certificates.timer.d/short.conf";
  /** Validity in minutes; kubeadm begins it five minutes in the past. */
  const minutes = 3;

  after(async () => {
    await ssh(
      controlPlane,
      [
        `sed -i '/^certificateValidityPeriod/d' ${config}`,
        `rm -rf ${dirname(dropIn)}`,
        "systemctl daemon-reload",
        await runbook("certificates"),
        "systemctl restart perigee-certificates.timer",
      ].join("\n"),
    );
  });

  it("are renewed again and again: the API is never away for longer than a pod's start, and scrapes go on", async () => {
    await ssh(
      controlPlane,
      `sed -i '/^kind: ClusterConfiguration/a certificateValidityPeriod: ${minutes}m0s' ${config}
      ${await runbook("certificates")}
      mkdir -p ${dirname(dropIn)}
      printf '[Timer]\\nAccuracySec=1s\\nOnUnitInactiveSec=10\\n' >${dropIn}
      systemctl daemon-reload; systemctl restart perigee-certificates.timer; systemctl start perigee-certificates`,
    );
    const first = await endOfScheduler();
    assert.ok(first - Date.now() / 1000 < minutes * 60, "it is one of minutes");
    const end = (first + 60) * 1000; // all of the first ones have ended by then
    let silentSince: number | undefined;
    let longest = 0;
    while (Date.now() < end) {
      const answered = await kubectl("get", "--raw", "/readyz").then(
        () => true,
        () => false,
      );
      if (answered) {
        if (silentSince !== undefined) longest = Math.max(longest, Date.now() - silentSince);
        silentSince = undefined;
      } else silentSince ??= Date.now();
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    assert.equal(silentSince, undefined, "the API answers when the first certificates have ended");
    assert.ok(longest < 30_000, `the API was silent for ${longest} ms`);
    console.log(`      the API was silent for ${longest} ms at most`);
    assert.ok((await endOfScheduler()) > first, "renewed");
    assert.deepEqual(await query(`min_over_time(up{job="kubelet"}[3m]) == 0`), []);
    assert.deepEqual(await query("perigee_certificate_renewal_failed == 1"), []);
    const manager = ["-n", "kube-system", "get", "lease", "kube-controller-manager"];
    const renewed = await kubectl(...manager, "-o", "jsonpath={.spec.renewTime}");
    assert.ok(
      Date.now() - Date.parse(renewed) < 30_000,
      `the controller manager works with its new one: ${renewed}`,
    );
  });

  it("are told when nobody renews them any more", async () => {
    await ssh(controlPlane, "systemctl stop perigee-certificates.timer");
    const firing = 'ALERTS{alertname="CertificateExpiresSoon",alertstate="firing"}';
    await eventually("the alert", async () => (await query(firing)).length > 0, 600);
  });
});
