/** Stack 2: monitoring, alerting, dashboards and telemetry on the cluster of stack 1. Read top to bottom. */
import * as kubernetes from "@pulumi/kubernetes";
import { Gateway } from "./access/gateway";
import { pagesOf } from "./access/gateway/pages";
import { checkPublished } from "./access/gateway/published";
import { checkTeams, guests, Teams } from "./access/teams";
import { adoption } from "./adoption";
import { AlertRouting } from "./alerting";
import { infraStackName, loadSettings, namespace } from "./config";
import { Dashboards } from "./dashboards";
import { readInfra } from "./infraStack";
import { Jobs } from "./jobs";
import { Logs } from "./logging";
import { logDashboard } from "./logging/dashboard";
import { MonitoringStack } from "./monitoring";
import { monitoringNames } from "./monitoring/names";
import { namespaceWithSecurity } from "./namespaces";
import { MetricsServer, NetworkPolicies, PlatformAlerts, Priorities } from "./platform";
import { allProbes, Probes } from "./probes";
import { probeDashboard } from "./probes/dashboard";
import { fleetOf } from "./settings/linkUrl";
import { Slos } from "./slos";
import { sloDashboard } from "./slos/dashboard";
import { type WorkloadsOutputs, workloadsOutputs } from "./stackOutputs";
import { builtBundle, Telemetry } from "./telemetry";
import { telemetryNames } from "./telemetry/names";

/** Program of stack 2, an async function: problems of stack 1 must be known before the first resource is registered. */
export = async (): Promise<WorkloadsOutputs> => {
  const settings = loadSettings(); // checks every setting, reports all problems at once
  const infra = await readInfra(infraStackName(settings)); // throws when stack 1 is not up or has another contract
  checkPublished(namespace, settings.gateway, infra); // throws when stack 1 keeps the gateway's port shut
  const { teams } = settings;
  await checkTeams(namespace, teams, infra.kubeconfig); // throws when the cluster has what the teams do not fit
  const bundle = await builtBundle(settings.telemetry.image); // throws when it is too large for a ConfigMap

  const cluster = new kubernetes.Provider("cluster", {
    kubeconfig: infra.kubeconfig,
    enableServerSideApply: true,
    // ConfigMaps and Secrets that are watched change in place. Of the others, ConfigMaps have a version in their name, and
    // pods a value that changes with a Secret.
    enableConfigMapMutable: true,
    enableSecretMutable: true,
    // Adopts objects that a killed run created but did not record.
    upsertExistingObjects: true,
    // The program's values win: changes by hand or by an earlier run are no conflict.
    enablePatchForce: true,
    // A renewed certificate or a new address of the API server replaces nothing: the cluster is the same.
    clusterIdentifier: infra.clusterName,
  });
  const adopted = adoption(infra.kubeconfig);
  const ownNamespace = { provider: cluster, hooks: adopted.ofNamespace };

  const { kubernetesVersion } = infra;
  // node-exporter reads the node's network, processes and disks.
  const monitoringSpace = namespaceWithSecurity(
    monitoringNames.namespace,
    { enforce: "privileged", kubernetesVersion },
    ownNamespace,
  );
  const telemetrySpace = namespaceWithSecurity(
    telemetryNames.namespace,
    { enforce: "restricted", kubernetesVersion },
    ownNamespace,
  );

  // Pods that name a class that is not there are refused.
  const priorities = new Priorities("priorities", { providers: [cluster] });
  const components = { providers: [cluster], dependsOn: [priorities] };
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
  const { metricsServer } = settings;
  if (metricsServer.enabled) {
    new MetricsServer(
      "metrics-server",
      { settings: metricsServer, nodes: infra.nodes, adoption: adopted },
      components,
    );
  }
  const { networkPolicies } = settings;
  new NetworkPolicies(
    "network-policies",
    { settings: networkPolicies, gateway: settings.gateway.enabled },
    { ...components, dependsOn: [monitoringSpace, telemetrySpace] },
  );
  const { runbookBaseUrl } = settings.monitoring.alerting;
  new PlatformAlerts(
    "platform",
    {
      backup: infra.backup,
      metricsServer: metricsServer.enabled,
      networkPolicies: networkPolicies.enforced,
      runbookBaseUrl,
      namespace: monitoringSpace.metadata.name,
      definitions: monitoring.definitions,
    },
    components,
  );
  const { dictionary } = settings.telemetry.dictionary;
  const probes = allProbes(settings);
  new Dashboards(
    "dashboards",
    {
      ...settings.telemetry,
      fleetSize: fleetOf(settings.telemetry).length,
      others: [
        ...(settings.slos.length > 0 ? [sloDashboard(dictionary).build()] : []),
        ...(probes.length > 0 ? [probeDashboard(dictionary).build()] : []),
        ...(settings.logs.kind === "none"
          ? []
          : [logDashboard(dictionary, settings.logs.kind === "victorialogs").build()]),
      ],
      namespace: monitoringSpace.metadata.name,
    },
    components,
  );
  if (settings.slos.length > 0) {
    new Slos(
      "slos",
      {
        slos: settings.slos,
        job: telemetryNames.job,
        staleAfterPeriods: settings.telemetry.staleAfterPeriods,
        fleet: fleetOf(settings.telemetry),
        runbookBaseUrl,
        namespace: monitoringSpace.metadata.name,
        definitions: monitoring.definitions,
      },
      components,
    );
  }
  if (probes.length > 0) {
    new Probes(
      "probes",
      {
        probes,
        runbookBaseUrl,
        namespace: monitoringSpace.metadata.name,
        definitions: monitoring.definitions,
      },
      components,
    );
  }
  if (settings.jobs.length > 0) {
    new Jobs(
      "jobs",
      {
        jobs: settings.jobs,
        nodeImage: settings.nodeImage,
        scrapeIntervalSeconds: settings.monitoring.scrapeIntervalSeconds,
        runbookBaseUrl,
        namespace: monitoringSpace.metadata.name,
        definitions: monitoring.definitions,
      },
      components,
    );
  }
  new Telemetry(
    "telemetry",
    {
      ...settings,
      bundle,
      runbookBaseUrl,
      namespace: telemetrySpace.metadata.name,
      definitions: monitoring.definitions,
    },
    components,
  );
  const logs =
    settings.logs.kind === "none"
      ? undefined
      : new Logs(
          "logs",
          {
            ...{ settings: settings.logs, nodeImage: settings.nodeImage, gateway: settings.gateway },
            ...{ infra, runbookBaseUrl },
            ...{ namespace: monitoringSpace.metadata.name, definitions: monitoring.definitions },
          },
          components,
        );
  if (teams.length > 0) {
    const others = { teams, guests: guests(settings), kubernetesVersion };
    new Teams("teams", { ...others, adoption: adopted }, components);
  }

  const gateway = settings.gateway.enabled
    ? new Gateway(
        "gateway",
        {
          ...{ settings: settings.gateway, pages: pagesOf(settings), infra, nodeImage: settings.nodeImage },
          ...{ definitions: monitoring.definitions, runbookBaseUrl, kubernetesVersion, adoption: adopted },
        },
        components,
      )
    : undefined;

  return workloadsOutputs(settings, infra, monitoring, logs?.page, gateway);
};
