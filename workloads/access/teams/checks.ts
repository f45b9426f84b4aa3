/** Checks across the teams: what is right by itself and wrong beside the rest. */
import type { SettingProblem } from "../../../settings/load";
import { reservedReason } from "./names";
import { memoryLimitGiB } from "./quota";
import { namespacesOf, type TeamSettings } from "./settings";

const mib = 1024;

export function teamChecks(teams: readonly TeamSettings[]): SettingProblem[] {
  return [
    ...teams.flatMap(({ name }, index) => nameProblem(teams, name, index)),
    ...namespaceProblems(teams),
    ...teams.flatMap((team, index) =>
      [...nameAsNamespace(team), ...groupProblems(team), ...limitProblems(team), ...quotaProblems(team)].map(
        (problem) => ({ ...problem, setting: `teams[${index}].${problem.setting}` }),
      ),
    ),
  ];
}

function nameProblem(teams: readonly TeamSettings[], name: string, index: number): SettingProblem[] {
  const first = teams.findIndex((team) => team.name === name);
  if (first === index) return [];
  return [{ setting: `teams[${index}].name`, given: name, problem: `teams[${first}] has that name already` }];
}

/** A team's name is its namespace where it names none. */
function nameAsNamespace({ name, namespaces }: TeamSettings): SettingProblem[] {
  const reason = namespaces === undefined ? reservedReason(name) : undefined;
  if (reason === undefined) return [];
  return [{ setting: "name", given: name, problem: `is the team's namespace too, and ${reason}` }];
}

function namespaceProblems(teams: readonly TeamSettings[]): SettingProblem[] {
  const owners = new Map<string, string>();
  return teams.flatMap((team, index) =>
    namespacesOf(team).flatMap((namespace, place) => {
      const setting = team.namespaces ? `teams[${index}].namespaces[${place}]` : `teams[${index}].name`;
      const owner = owners.get(namespace);
      if (owner === undefined) {
        owners.set(namespace, team.name);
        return [];
      }
      const problem =
        owner === team.name
          ? "the team has that namespace already"
          : `the team ${owner} has that namespace: one namespace, one team`;
      return [{ setting, given: namespace, problem }];
    }),
  );
}

function groupProblems({ groups }: TeamSettings): SettingProblem[] {
  return Object.entries(groups).flatMap(([role, all]) =>
    all.flatMap((group, place) =>
      all.indexOf(group) === place
        ? []
        : [{ setting: `groups.${role}[${place}]`, given: group, problem: "is in the list already" }],
    ),
  );
}

/** A container that says nothing must be possible: what it gets is no more than a container may have. */
function limitProblems({ limits }: TeamSettings): SettingProblem[] {
  const { requestCpu, requestMemoryMiB, memoryMiB, max } = limits;
  const most = (setting: string, given: number, limit: number | undefined, of: string): SettingProblem[] =>
    limit === undefined || given <= limit
      ? []
      : [{ setting: `limits.${setting}`, given, problem: `at most ${of}, which is ${limit}` }];
  return [
    ...most("requestMemoryMiB", requestMemoryMiB, memoryMiB, "`limits.memoryMiB`"),
    ...most("memoryMiB", memoryMiB, max.memoryMiB, "`limits.max.memoryMiB`"),
    ...most("requestCpu", requestCpu, max.cpu, "`limits.max.cpu`"),
  ];
}

/** The quota has room for one container that says nothing. */
function quotaProblems({ quota, limits }: TeamSettings): SettingProblem[] {
  const least = (setting: string, given: number, needed: number, what: string): SettingProblem[] =>
    given >= needed
      ? []
      : [{ setting: `quota.${setting}`, given, problem: `at least ${what}, which is ${needed}` }];
  const { cpu, memoryGiB } = quota;
  const limit = memoryLimitGiB(quota);
  return [
    ...least("cpu", cpu, limits.requestCpu, "`limits.requestCpu`"),
    ...least("memoryGiB", memoryGiB, limits.requestMemoryMiB / mib, "`limits.requestMemoryMiB` in GiB"),
    ...(quota.memoryLimitGiB === undefined
      ? []
      : least("memoryLimitGiB", quota.memoryLimitGiB, memoryGiB, "`quota.memoryGiB`")),
    ...least("memoryLimitGiB", limit, limits.memoryMiB / mib, "`limits.memoryMiB` in GiB"),
  ];
}
