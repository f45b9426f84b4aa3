/**
 * Service level objectives: what has to be good, what may be bad in a period, and who is told when that is used up too
 * fast.
 *
 *   settings.ts    what may be asked for, and checks      indicators.ts  what is counted, by kind
 *   burnRate.ts    windows and rates                      rules.ts       records and alerts
 */
import * as pulumi from "@pulumi/pulumi";
import { type AlertingArgs, prometheusRule } from "../monitoring/prometheusRule";
import { sloRules, type SloRuleSettings } from "./rules";
import type { Slo } from "./settings";

export interface SlosArgs extends Omit<SloRuleSettings, "runbookBaseUrl">, AlertingArgs {
  readonly slos: readonly Slo[];
}

export class Slos extends pulumi.ComponentResource {
  constructor(name: string, args: SlosArgs, opts?: pulumi.ComponentResourceOptions) {
    super("perigee:workloads:Slos", name, {}, opts);
    const { slos, runbookBaseUrl, namespace, definitions, job, staleAfterPeriods, fleet } = args;
    const spec = sloRules(slos, {
      ...{ job, staleAfterPeriods, fleet },
      ...(runbookBaseUrl !== undefined && { runbookBaseUrl }),
    });
    const own = { parent: this, dependsOn: [definitions] };
    prometheusRule(`${name}-rules`, { name, namespace, spec }, own);
    this.registerOutputs();
  }
}
