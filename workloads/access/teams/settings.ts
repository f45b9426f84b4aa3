/** Settings of teams: who they are, the namespaces they have, and how much of the cluster. */
import { z } from "zod";
import { reservedBeginnings } from "../../../contract/reservedNames";
import { accepted, matching, oneOf, positive, trueOrFalse, whole } from "../../../settings/kinds";
import { strictObject } from "../../../settings/load";
import { reservedReason } from "./names";

const label = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const form = "1 to 63 of: a-z, 0-9, -, with a letter or digit at both ends";

const teamName = matching(label, form);
const namespace = accepted(
  (text) => (label.test(text) ? reservedReason(text) : "it is no name of a namespace"),
  form,
);

/** A group as the API server knows it from a certificate (`O=`) or a token. */
const group = accepted((text) => {
  if (reservedBeginnings.some((beginning) => text.startsWith(beginning))) {
    return `groups that begin with ${reservedBeginnings.join(" or ")} are Kubernetes' own: some have everybody in them, some may do everything`;
  }
  return /^\P{C}{1,253}$/u.test(text) && text.trim() === text ? undefined : "it has other characters";
}, "a group's name: 1 to 253 characters, no space at its ends");

const members = (who: string) => z.array(group).default([]).describe(who);

const groups = strictObject({
  view: members("Groups that see everything in the namespaces but Secrets."),
  deploy: members(
    "Groups that also change workloads, Services, ConfigMaps, routes and monitors, but neither Secrets nor NetworkPolicies.",
  ),
  edit: members(
    "Groups that also have Secrets, NetworkPolicies, volumes and `kubectl exec`, and make the pipeline's tokens.",
  ),
});

const quota = strictObject({
  cpu: positive(100_000).default(2).describe("Cores that all pods of a namespace may request together."),
  memoryGiB: positive(1_000_000)
    .default(4)
    .describe("GiB of memory that all pods of a namespace may request together."),
  memoryLimitGiB: positive(1_000_000)
    .optional()
    .describe("GiB that the memory limits of all its pods may be together. Default: twice `memoryGiB`."),
  pods: whole(0, 100_000).default(50).describe("Pods of a namespace that are not at their end."),
  volumes: whole(0, 100_000).default(10).describe("PersistentVolumeClaims of a namespace."),
  storageGiB: positive(10_000_000).default(50).describe("GiB that they may request together."),
  nodePorts: whole(0, 1_000)
    .default(0)
    .describe("Node ports of its Services. Stack 1 opens each by its `publishedNodePorts` only."),
});

const share = (cpu: string, memory: string) =>
  strictObject({
    cpu: positive(1_000).optional().describe(cpu),
    memoryMiB: whole(1, 10_000_000).optional().describe(memory),
  });

const limits = strictObject({
  requestCpu: positive(1_000).default(0.05).describe("Cores that a container requests that says nothing."),
  requestMemoryMiB: whole(1, 10_000_000)
    .default(64)
    .describe("MiB of memory that a container requests that says nothing."),
  memoryMiB: whole(1, 10_000_000)
    .default(256)
    .describe("Memory limit in MiB of a container that says none. One that requests more has to say one."),
  max: share(
    "Most cores of one container; also the limit of one that says none.",
    "Most MiB of memory of one container.",
  )
    .prefault({})
    .describe("The most that one container may have. Default: what the quota leaves."),
});

export const team = strictObject({
  name: teamName.describe("Name of the team, value of the label `perigee.dev/team` of its namespaces."),
  namespaces: z
    .array(namespace)
    .min(1, { error: "one namespace or more" })
    .optional()
    .describe("Namespaces of the team. Default: one with the team's name."),
  groups: groups.prefault({}).describe("Who may do what in all of them (docs/teams.md, Roles)."),
  pipeline: trueOrFalse
    .default(true)
    .describe(
      "Make a ServiceAccount `pipeline` with the role deploy in each of them; `kubectl create token` gives it a credential of hours.",
    ),
  podSecurity: oneOf(["restricted", "baseline"])
    .default("restricted")
    .describe(
      "Pod Security level of the namespaces. Pods that run when it changes run on until they are made anew.",
    ),
  quota: quota.prefault({}).describe("What each namespace may use. Less than what it uses is refused."),
  limits: limits
    .prefault({})
    .describe("What a container gets that does not say what it needs, and the most it may have."),
});

export const teams = z
  .array(team)
  .prefault([])
  .describe("Teams that share the cluster, each with namespaces of its own (docs/teams.md). Default: none.")
  .meta({
    example: [
      {
        name: "flight-dynamics",
        namespaces: ["flight-dynamics", "flight-dynamics-test"],
        groups: { edit: ["fd-leads"], deploy: ["fd"] },
        quota: { cpu: 4, memoryGiB: 8 },
      },
    ],
  });

export type TeamSettings = z.output<typeof team>;

export function namespacesOf({
  name,
  namespaces,
}: Pick<TeamSettings, "name" | "namespaces">): readonly string[] {
  return namespaces ?? [name];
}
