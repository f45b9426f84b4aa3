/** CronJob that removes what nobody pushes any more: clean.ts on a stock Node image. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { transform } from "esbuild";
import { owned } from "../adoption/fieldManager";
import { priority } from "../pods";
import { restrictedContainer, restrictedPod } from "../podSecurity";
import { accountWithoutToken } from "../serviceAccount";
import { jobSizes, resources } from "../sizes";
import type { CleaningLimits } from "./clean";
import { jobNames } from "./names";
import { type JobSettings, limitSeconds } from "./settings";

const { cleaner, port } = jobNames;
const labels = { "app.kubernetes.io/name": cleaner };
const [folder, file] = ["/opt/perigee", "clean.cjs"];

/** Seconds for which groups of jobs that are not in the settings stay: a week. */
const othersSeconds = 7 * 86_400;

export interface CleanerArgs {
  readonly jobs: readonly JobSettings[];
  readonly nodeImage: string;
  readonly namespace: pulumi.Input<string>;
  /** Name of the gateway's Service. */
  readonly gateway: pulumi.Input<string>;
}

/** The program as any Node runs it. */
export async function cleanerProgram(): Promise<string> {
  const source = await readFile(join(__dirname, "clean.ts"), "utf8");
  return (await transform(source, { loader: "ts", format: "cjs", target: "node22" })).code;
}

export function cleanerJob(args: CleanerArgs, opts: pulumi.CustomResourceOptions): void {
  const { jobs, nodeImage, namespace, gateway } = args;
  const metadata = owned({ name: cleaner, namespace, labels });
  const limits: CleaningLimits = {
    jobs: Object.fromEntries(jobs.map((job) => [job.name, limitSeconds(job)])),
    others: othersSeconds,
  };
  const program = new kubernetes.core.v1.ConfigMap(
    cleaner,
    { metadata, data: { [file]: pulumi.output(cleanerProgram()) } },
    opts,
  );
  const serviceAccountName = accountWithoutToken(cleaner, metadata, opts);
  new kubernetes.batch.v1.CronJob(
    cleaner,
    {
      metadata,
      spec: {
        schedule: "17 * * * *",
        concurrencyPolicy: "Forbid",
        successfulJobsHistoryLimit: 1,
        failedJobsHistoryLimit: 1,
        jobTemplate: {
          spec: {
            activeDeadlineSeconds: 300,
            template: {
              metadata: { labels },
              spec: {
                ...restrictedPod,
                serviceAccountName,
                priorityClassName: priority.platform,
                restartPolicy: "OnFailure",
                containers: [
                  {
                    name: "cleaner",
                    image: nodeImage,
                    command: [
                      "node",
                      `${folder}/${file}`,
                      pulumi.interpolate`http://${gateway}.${namespace}.svc:${port}`,
                      JSON.stringify(limits),
                    ],
                    resources: resources(jobSizes.cleaner),
                    volumeMounts: [{ name: "program", mountPath: folder, readOnly: true }],
                    ...restrictedContainer,
                  },
                ],
                volumes: [{ name: "program", configMap: { name: program.metadata.name } }],
              },
            },
          },
        },
      },
    },
    opts,
  );
}
