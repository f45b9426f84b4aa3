/** Steps of builds from npm packages: npm itself, and programs of the packages. */
import { delimiter } from "node:path";
import { run } from "../command";
import { npmPrograms, plainEnvironment } from "../settings";

/** Time limits: hundreds of MB may come over a slow line; compiling takes seconds. */
const installLimitMs = 600_000;
const buildLimitMs = 180_000;

/**
 * Installs the packages of the lock file in a folder, without their scripts.
 * @param product what is built, for people: `Prometheus' web page`
 * @throws Error with what to do
 */
export function installPackages(product: string, folder: string): Promise<void> {
  // With NODE_ENV=production, npm would leave out what only the build needs.
  const args = ["ci", "--include=dev", "--ignore-scripts", "--no-audit", "--no-fund"];
  return npmStep(product, { command: "npm", args, folder, limitMs: installLimitMs });
}

/**
 * Runs a program of a package. Not by `npm run`, which would leave it running at the time limit.
 * @throws Error with what to do
 */
export function runPackage(
  product: string,
  command: string,
  args: readonly string[],
  folder: string,
): Promise<void> {
  return npmStep(product, { command, args, folder, limitMs: buildLimitMs });
}

interface Step {
  readonly command: string;
  readonly args: readonly string[];
  readonly folder: string;
  readonly limitMs: number;
}

/** Runs a step on the Node that Perigee pins; NODE_ENV decides which React is bundled. */
async function npmStep(product: string, { command, args, folder, limitMs }: Step): Promise<void> {
  const own = plainEnvironment();
  const env = { ...own, PATH: [npmPrograms, own["PATH"] ?? ""].join(delimiter), NODE_ENV: "production" };
  try {
    await run(command, args, { cwd: folder, env, limitMs });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(
      `${product} could not be built: ${reason}\n` +
        "It is built once, from npm packages: npm must be on PATH and reach its registry " +
        "(`npm ping` tries it, `npm config get registry` names it). Then run the command again.",
      { cause },
    );
  }
}
