/** Packages that this machine lacks, and who installs them: `make up` on Debian and Ubuntu, else its owner. Pure. */
import { type Distribution, families, type Family, familyNames } from "./distribution";
import type { Requirement } from "./requirements";
import { table } from "./table";

export interface Missing {
  readonly distribution: Distribution;
  readonly requirements: readonly Requirement[];
}

/** Packages that `make up` installs by apt-get; undefined on a machine where it installs nothing. */
export function packagesToInstall({ distribution: { family }, requirements }: Missing): string[] | undefined {
  // Fedora has an apt-get too, which installs nothing there.
  return family === "debian" || family === "ubuntu" ? packagesOf(requirements, family) : undefined;
}

/** What is missing and `make up` does not install, with the command or the packages that bring it. */
export function packageProblems(missing: Missing): string[] {
  return packagesToInstall(missing) === undefined ? absent(missing) : [];
}

function absent({ distribution, requirements }: Missing): string[] {
  if (requirements.length === 0) return [];
  const names = requirements.map(({ name }) => name).join(", ");
  const { family, derived, name } = distribution;
  if (family === undefined) {
    return [
      `Missing: ${names}. \`make up\` does not know the packages of ${name}. ${elsewhere(requirements)}`,
    ];
  }
  const caution = derived ? "; a derivative may lack some (RHEL and its rebuilds: look in EPEL)" : "";
  return [
    `Missing: ${names}. Install the packages of ${name}, as root:\n` +
      `    dnf install ${packagesOf(requirements, family).join(" ")}\n` +
      `    These are ${familyNames[family]}'s names${caution}. The lab has been run on Debian, not here.`,
  ];
}

function elsewhere(requirements: readonly Requirement[]): string {
  const rows = requirements.map(({ name, packages }) => [
    name,
    ...families.map((family) => packages[family]),
  ]);
  const all = table([["", ...families.map((family) => familyNames[family])], ...rows]);
  return `They are in\n${all.replace(/^/gm, "    ")}`;
}

function packagesOf(requirements: readonly Requirement[], family: Family): string[] {
  return [...new Set(requirements.map(({ packages }) => packages[family]))];
}
