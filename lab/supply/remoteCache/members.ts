/** Check of an archive's list of members, before anything of it is unpacked. Pure. */

/** Members that may be in a product: files, folders, links; with root's, devices and pipes. */
const plainTypes = "-dlh";
const rootTypes = `${plainTypes}cbp`;

interface Member {
  readonly type: string;
  readonly path: string;
  /** Of a hard link: the member that it is another name of. */
  readonly target?: string;
}

/**
 * Reason why an archive must not be unpacked; undefined when all of it stays in its folder.
 * @param lines what `tar --list --verbose --numeric-owner --quoting-style=escape` prints
 * @param asRoot whether devices and pipes may be in it
 */
export function memberProblem(lines: Iterable<string>, asRoot: boolean): string | undefined {
  const seen = new Set<string>();
  const links = new Set<string>();
  for (const line of lines) {
    const member = memberOf(line);
    if (member === undefined) return `a member that cannot be read: ${line}`;
    const { type, path, target } = member;
    if (!(asRoot ? rootTypes : plainTypes).includes(type)) return `${path} is of a kind that it may not have`;
    const outside = [path, target ?? ""].find(leaves);
    if (outside !== undefined) return `${outside} is outside its folder`;
    if (seen.has(inFolder(path))) return `${path} is in it twice`;
    if (target !== undefined && !seen.has(inFolder(target))) {
      return `${path} is a link to ${target}, which is not in it`;
    }
    seen.add(inFolder(path));
    if (type === "l" || links.has(inFolder(target ?? ""))) links.add(inFolder(path));
  }
  // After the last one, since a link may come before or behind what it leads astray.
  const astray = [...seen].find((path) => ancestors(path).some((above) => links.has(above)));
  return astray === undefined ? undefined : `${astray} is below a symbolic link`;
}

/** The member of a line `hrw-r--r-- 0/0 0 2026-01-31 12:00 ./b link to ./a`; undefined when that is ambiguous. */
function memberOf(line: string): Member | undefined {
  const [, type = "", rest = ""] = /^(\S)\S+ \S+ +\S+ \S+ \S+ (.+)$/.exec(line) ?? [];
  if (rest === "") return undefined;
  if (type !== "l" && type !== "h") return { type, path: rest };
  const [path = "", target, ...more] = rest.split(type === "l" ? " -> " : " link to ");
  if (target === undefined || more.length > 0) return undefined;
  return type === "l" ? { type, path } : { type, path, target };
}

function leaves(path: string): boolean {
  return path.startsWith("/") || path.split("/").includes("..");
}

/** The path without `.` and the slash at its end. */
function inFolder(path: string): string {
  return path
    .split("/")
    .filter((part) => part !== "" && part !== ".")
    .join("/");
}

function ancestors(path: string): string[] {
  const parts = path.split("/");
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join("/"));
}
