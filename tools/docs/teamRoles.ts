/** Tables of a team's roles and of its guards in docs/teams.md, from workloads/access/teams/. */
import { guards } from "../../workloads/access/teams/guards";
import { type Permission, permissions, roleNames } from "../../workloads/access/teams/roles";
import { between } from "./marks";

/** What a set of verbs means to a person. */
const meanings: Readonly<Record<string, string>> = {
  "": "-",
  get: "see",
  "get list": "see",
  "get list watch": "see",
  "get list watch create update patch": "see, make, change",
  "get list watch create update patch delete": "see, make, change, delete",
  "get update patch": "change",
  "get create": "open",
  create: "make",
};

/** `deployments (apps)`, `pods/log`, and `serviceaccounts/token` of what names. */
function what({ apiGroup, resources, resourceNames }: Permission): string {
  const group = apiGroup === "" ? "" : ` (${apiGroup})`;
  const names = resourceNames === undefined ? "" : ` of ${resourceNames.join(", ")}`;
  return `${resources.join(", ")}${names}${group}`;
}

function meaning(verbs: readonly string[]): string {
  const found = meanings[verbs.join(" ")];
  if (found === undefined) throw new Error(`no words for ${verbs.join(" ")}`);
  return found;
}

function rolesTable(): string {
  return [
    `| | ${roleNames.join(" | ")} |`,
    `|---|${"---|".repeat(roleNames.length)}`,
    ...permissions.map(
      (each) => `| ${what(each)} | ${roleNames.map((role) => meaning(each.verbs[role])).join(" | ")} |`,
    ),
  ].join("\n");
}

function guardsTable(): string {
  return [
    "| object | what is said of it when it is refused |",
    "|---|---|",
    ...guards.map(({ resources, labels, rules }) => {
      const which = `${labels === undefined ? "" : "Perigee's own "}${resources.join(", ")}`;
      return `| ${which} | ${rules.map(({ otherwise }) => otherwise).join("; ")} |`;
    }),
  ].join("\n");
}

/** Document with both tables between their marks. */
export function withTeamTables(document: string): string {
  return between("guards", between("roles", document, rolesTable()), guardsTable());
}
