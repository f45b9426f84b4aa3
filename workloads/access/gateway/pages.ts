/** Pages that people open, and their URLs: behind the gateway by their paths, else each at a node port of its own. */
import { nodePorts } from "../../../contract/outputs";
import type { Settings } from "../../config";
import { loggingNames } from "../../logging/names";
import { gatewayNames } from "./names";
import type { GatewaySettings } from "./settings";

const plainPorts = {
  grafana: nodePorts.grafana.port,
  prometheus: nodePorts.prometheus.port,
  alertmanager: nodePorts.alertmanager.port,
  telemetry: nodePorts.telemetryPage.port,
  logs: loggingNames.pageNodePort,
} as const;

export type Page = keyof typeof plainPorts;

/** Every page, and its path behind the gateway: `/grafana`. */
export const pageNames = Object.keys(plainPorts) as Page[];

/** Pages that there are with these settings; people arrive at the first one. */
export function pagesOf({ monitoring, logs }: Pick<Settings, "monitoring" | "logs">): [Page, ...Page[]] {
  const [first = "prometheus", ...others] = pageNames.filter(
    (page) => (page !== "grafana" || monitoring.grafana) && (page !== "logs" || logs.kind === "victorialogs"),
  );
  return [first, ...others];
}

/** URLs of pages, without a slash at the end. */
export type PageUrls = Readonly<Record<Page, string>>;

/** How a page's Service is reached: through the gateway, or at its node port. */
export type PublishedService =
  { readonly type: "NodePort"; readonly nodePort: number } | { readonly type: "ClusterIP" };

/** @param gateway whether the gateway leads to the pages */
export function publishedService(page: Page, gateway: boolean): PublishedService {
  return gateway ? { type: "ClusterIP" } : { type: "NodePort", nodePort: plainPorts[page] };
}

/** @param publishedHost stack 1's output: where node ports answer */
export function pageUrls(
  publishedHost: string,
  { enabled, host }: Pick<GatewaySettings, "enabled" | "host">,
): PageUrls {
  const url = (page: Page): string =>
    enabled
      ? `https://${host ?? publishedHost}:${gatewayNames.httpsNodePort}/${page}`
      : `http://${publishedHost}:${plainPorts[page]}`;
  return Object.fromEntries(pageNames.map((page) => [page, url(page)])) as Record<Page, string>;
}
