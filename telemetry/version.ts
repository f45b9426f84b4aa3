/** Version of Perigee at run time, and of Node that it needs, from the bundle or from the source tree. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Defined by the bundler. */
declare const PERIGEE_VERSION: string | undefined;
declare const PERIGEE_NODE: string | undefined;

interface Manifest {
  readonly version: string;
  readonly engines: { readonly node: string };
}

const manifest = (): Manifest =>
  JSON.parse(readFileSync(join(__dirname, "..", "package.json"), "utf8")) as Manifest;

/** Perigee's version, from package.json. */
export function perigeeVersion(): string {
  return typeof PERIGEE_VERSION === "string" ? PERIGEE_VERSION : manifest().version;
}

/** Versions of Node that run Perigee, from package.json: ">=" and the oldest. */
export function neededNode(): string {
  return typeof PERIGEE_NODE === "string" ? PERIGEE_NODE : manifest().engines.node;
}

/** Why a version of Node does not do; undefined: it does. */
export function nodeProblem(running: string, needed: string = neededNode()): string | undefined {
  const oldest = needed.replace(/^>=/, "");
  const numeric = new Intl.Collator("en", { numeric: true });
  return numeric.compare(running, oldest) < 0
    ? `needs Node.js ${oldest} or newer; this is ${running}`
    : undefined;
}
