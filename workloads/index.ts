/** Stack 2: monitoring, alerting, dashboards and telemetry on the cluster of stack 1. Read top to bottom. */
import * as kubernetes from "@pulumi/kubernetes";
import { adoption } from "./adoption";
import { AlertRouting } from "./alerting";
import { infraStackName, loadSettings } from "./config";
import { Dashboards } from "./dashboards";
import { readInfra } from "./infraStack";
import { MonitoringStack } from "./monitoring";
import { namespaceWithSecurity } from "./namespaces";
import { type WorkloadsOutputs, workloadsOutputs } from "./stackOutputs";
import { Telemetry } from "./telemetry";

/** A function and not a plain module: what is wrong with stack 1 has to be known before the first resource. */
export = async (): Promise<WorkloadsOutputs> => {
  const settings = loadSettings(); // every setting checked, every problem told at once
  const infra = await readInfra(infraStackName(settings)); // not up, or of another contract: nothing is registered

  const cluster = new kubernetes.Provider("cluster", {
    kubeconfig: infra.kubeconfig,
    enableServerSideApply: true,
    // Changed in place; what reads them at its start only is rolled by a value that changes with them.
    enableConfigMapMutable: true,
    enableSecretMutable: true,
    // What a run that was killed has made and not recorded is taken over.
    upsertExistingObjects: true,
    // The program says what holds: what was changed by hand, or by a run before this one, is no conflict.
    enablePatchForce: true,
    // A renewed certificate or another address of the API server is no other cluster: nothing is replaced for it.
    clusterIdentifier: infra.clusterName,
  });
  const adopted = adoption(infra.kubeconfig);
  const ownNamespace = { provider: cluster, hooks: adopted.ofNamespace };

  const { kubernetesVersion } = infra;
  // node-exporter looks at the node itself: its network, its processes, its disks.
  const monitoringSpace = namespaceWithSecurity(
    "monitoring",
    { enforce: "privileged", kubernetesVersion },
    ownNamespace,
  );
  const telemetrySpace = namespaceWithSecurity(
    "telemetry",
    { enforce: "restricted", kubernetesVersion },
    ownNamespace,
  );

  const components = { providers: [cluster] };
  const routing = new AlertRouting(
    "alert-routing",
    { settings: settings.monitoring.alerting, namespace: monitoringSpace.metadata.name },
    components,
  );
  const monitoring = new MonitoringStack(
    "monitoring",
    { ...settings, infra, routing, namespace: monitoringSpace.metadata.name, adoption: adopted },
    components,
  );
  new Dashboards(
    "dashboards",
    { ...settings.telemetry, namespace: monitoringSpace.metadata.name },
    components,
  );
  new Telemetry(
    "telemetry",
    {
      ...settings,
      runbookBaseUrl: settings.monitoring.alerting.runbookBaseUrl,
      namespace: telemetrySpace.metadata.name,
      definitions: monitoring.definitions,
    },
    components,
  );

  return workloadsOutputs(settings, infra, monitoring);
};
