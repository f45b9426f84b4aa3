/** `make cache-push`: puts what was built here into a remote cache, for other machines. */
import { resolve } from "node:path";
import { portableSupply } from "../supply";
import { type ListedProduct, productsOf } from "../supply/cacheEntry";
import { ensureLabCharts } from "../supply/chart/build";
import { defaultContainerd } from "../supply/containerd";
import { amount } from "../supply/remoteCache/download";
import { parseLocation } from "../supply/remoteCache/location";
import { pushProblems, pushProducts } from "../supply/remoteCache/push";
import { otherSigners } from "../supply/remoteCache/settings";
import { allBuilt } from "../supply/sources";
import { buildToolchain, program } from "../supply/toolchain/build";
import { command, say } from "./command";
import { labConfig } from "./labConfig";
import { engineComponents } from "./labEngine";
import { completePath, givenContainerd } from "./settings";

export const cachePushCommand = command({
  name: "cache-push",
  summary: "put what was built here into a cache that other machines take it from",
  description: `Packs the products that \`make up\` of this checkout needs and that are built, puts those into the cache that are not
in it, and signs the list of their sums with a private key of ssh. <to> is an absolute folder (which a web server may
serve) or oci://REGISTRY/REPOSITORY, with the credentials of \`crane auth login\` or \`docker login\`; others read it
without credentials. Needs root for the machines' base tree. The key of the package repositories stays here. From the
root: make cache-push TO=/srv/perigee KEY=~/.ssh/id_ed25519`,
  configure: (made) =>
    made
      .argument("<to>", "an absolute folder, or oci://REGISTRY/REPOSITORY")
      .argument("<key>", "the private key of ssh that signs"),
  run: (to = "", key = "") => cachePush(to, resolve(key)),
});

async function cachePush(to: string, key: string): Promise<number> {
  completePath();
  const location = parseLocation("TO", to);
  const problems = await pushProblems(location, key);
  if (problems.length > 0 || "problem" in location || location.kind === "http") {
    throw new Error(problems.join("\n"));
  }
  const products = await neededProducts();
  const crane = async () => program(await buildToolchain(["crane"], say), "crane");
  const push = { to: location, key, signers: otherSigners(), crane };
  const { pushed, present, bytes, signer } = await pushProducts(products, push, say);
  say(`\n${pushed} products pushed to ${location.said} (${amount(bytes)}), ${present} were there.`);
  say(
    `They are used by machines with PERIGEE_LAB_CACHE=${location.said} (or the address that serves it), and with`,
  );
  say(`PERIGEE_LAB_CACHE_SIGNERS, a file with the line:\n${signer}`);
  return 0;
}

/** What `make up` of this checkout needs and is built; what is not built is named. */
async function neededProducts(): Promise<ListedProduct[]> {
  const { kubernetesVersion } = await labConfig();
  const all = await productsOf(async () => {
    const containerd = givenContainerd() ?? defaultContainerd;
    const demand = { kubernetesVersions: [kubernetesVersion], sources: allBuilt, containerd };
    await portableSupply(demand, say, await engineComponents(allBuilt));
    await ensureLabCharts(say);
  });
  const missing = all.filter(({ complete }) => !complete).map(({ name }) => name);
  const complete = all.filter((product) => product.complete);
  if (complete.length === 0) {
    throw new Error("Nothing of what this checkout needs is built here: `make up` builds it.");
  }
  if (missing.length > 0) say(`not built here, and left out: ${missing.join(", ")}`);
  if (complete.some(({ asRoot }) => asRoot) && process.getuid?.() !== 0) {
    throw new Error("Only root can pack the machines' base tree: sudo make cache-push");
  }
  return complete;
}
