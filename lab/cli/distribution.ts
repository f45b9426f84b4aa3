/** Linux distribution of a machine, and the family whose package names it shares. Pure. */

/** Distributions whose package names the lab knows. */
export const families = ["debian", "ubuntu", "fedora"] as const;
export type Family = (typeof families)[number];

/** Names for people. */
export const familyNames: Readonly<Record<Family, string>> = {
  debian: "Debian",
  ubuntu: "Ubuntu",
  fedora: "Fedora",
};

export interface Distribution {
  /** As it calls itself: `Fedora Linux 42 (Server Edition)`. */
  readonly name: string;
  /** Its own, or that of the nearest distribution that it is derived from; undefined for a stranger. */
  readonly family: Family | undefined;
  /** True for a derivative: it may lack packages of its family. */
  readonly derived: boolean;
}

/** The distribution that an os-release file describes: see os-release(5). */
export function distributionOf(osRelease: string): Distribution {
  const value = (key: string): string =>
    (new RegExp(`^${key}=(.*)$`, "m").exec(osRelease)?.[1] ?? "").trim().replace(/^(["'])(.*)\1$/, "$2");
  const id = value("ID") || "linux";
  // ID_LIKE begins with the closest relative.
  const family = [id, ...value("ID_LIKE").split(/\s+/)].find(isFamily);
  return { name: value("PRETTY_NAME") || value("NAME") || id, family, derived: family !== id };
}

function isFamily(id: string): id is Family {
  return (families as readonly string[]).includes(id);
}
