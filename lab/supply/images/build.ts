/** Build of the lab's container images: layers made with tar, pushed with crane into the registry's storage. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { chmod, copyFile, mkdir, readFile, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { run } from "../../command";
import { formatSeconds, type Progress } from "../../progress";
import { cacheRoot } from "../../settings";
import { ensureCacheEntry } from "../cacheEntry";
import { contentHash } from "../contentHash";
import { ensureMachineImageParts, type MachineImage, machineImageKey } from "../machineImage/image";
import { buildToolchain, program } from "../toolchain/build";
import { checkDisjoint, type ImageDefinition, repositoryPath } from "./definitions";
import { layOutNodeTools, layOutPolicyTools } from "./nodeTools";
import { withRegistry } from "./registry";

/** PATH of the images: Kubernetes puts programs in /usr/local/bin or /, and manifests call some by name only. */
const searchPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/";

/**
 * Ensures that these images exist and returns the registry's storage folder, for `startRegistry`. Needs root, as the
 * machine image does.
 * @param definitions several of one reference are one image
 */
export async function ensureImages(
  definitions: readonly ImageDefinition[],
  progress: Progress,
): Promise<string> {
  const image = await ensureMachineImageParts(progress);
  const programs = await buildToolchain(["crane"], progress);
  const images = [...new Map(definitions.map((one) => [one.reference, one])).values()];
  checkDisjoint(images);
  return ensureCacheEntry({
    name: "images",
    key: await imagesKey(images),
    progress,
    build: (folder) =>
      buildImages({ images, image, crane: program(programs, "crane"), storage: folder, progress }),
  });
}

/**
 * Cache key of the images, independent of the checkout's path: files in the cache count by their paths, which contain
 * the hashes of their inputs; others (Node, libraries) by their content.
 */
export async function imagesKey(images: readonly ImageDefinition[], cache = cacheRoot()): Promise<string> {
  const named = images.map(async ({ files, ...image }) => ({
    ...image,
    files: await Promise.all(
      files.map(async ({ source, target }) => ({ target, source: await sourceKey(source, cache) })),
    ),
  }));
  return contentHash({
    images: JSON.stringify(await Promise.all(named)),
    builder: await readFile(__filename),
    tools: await readFile(join(__dirname, "nodeTools.ts")),
    tree: await machineImageKey(),
  });
}

async function sourceKey(source: string, cache: string): Promise<string> {
  if (source.startsWith(`${cache}/`)) return source.slice(cache.length + 1);
  const hash = createHash("sha256");
  await pipeline(createReadStream(source), hash);
  return hash.digest("hex");
}

interface ImageBuild {
  images: readonly ImageDefinition[];
  image: MachineImage;
  crane: string;
  storage: string;
  progress: Progress;
}

async function buildImages({ images, image, crane, storage, progress }: ImageBuild): Promise<void> {
  const start = Date.now();
  const scratch = join(storage, ".scratch");
  await mkdir(scratch);
  const tools = join(scratch, "nodeTools.tar");
  await layerOf(tools, (root) => layOutNodeTools(image.tree, root));
  const policyTools = join(scratch, "policyTools.tar");
  await layerOf(policyTools, (root) => layOutPolicyTools(image, root));
  await withRegistry(image.registryProgram, storage, async (registry) => {
    for (const [index, definition] of images.entries()) {
      const elapsed = formatSeconds(Date.now() - start);
      progress(`images: ${index + 1}/${images.length} ${definition.reference} (${elapsed} so far)`);
      const own = join(scratch, "own.tar");
      await layerOf(own, (root) => layOutFiles(definition, root));
      const layers = [
        ...(definition.nodeTools ? [tools] : []),
        ...(definition.policyTools ? [policyTools] : []),
        own,
      ];
      await push(crane, layers, definition, `${registry}/${repositoryPath(definition.reference)}`);
    }
  });
  await rm(scratch, { recursive: true });
}

/** Pushes an image in two steps, since crane sets platform and entrypoint only on an existing image. */
async function push(
  crane: string,
  layers: string[],
  definition: ImageDefinition,
  target: string,
): Promise<void> {
  await run(crane, ["append", ...layers.flatMap((layer) => ["--new_layer", layer]), "--new_tag", target]);
  const user = definition.user === undefined ? [] : ["--user", definition.user];
  const entrypoint = ["--entrypoint", definition.entrypoint.join(",")];
  const settings = ["--set-platform", "linux/amd64", "--env", `PATH=${searchPath}`, ...entrypoint, ...user];
  await run(crane, ["mutate", target, ...settings, "--tag", target]);
}

/** Makes a layer's archive: the same files yield the same bytes. */
async function layerOf(archive: string, layOut: (root: string) => Promise<void>): Promise<void> {
  const root = `${archive}.root`;
  await mkdir(root);
  await layOut(root);
  const reproducible = ["--sort=name", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner"];
  await run("tar", [...reproducible, "--create", "--file", archive, "--directory", root, "."]);
  await rm(root, { recursive: true });
}

async function layOutFiles(definition: ImageDefinition, root: string): Promise<void> {
  for (const { source, target } of definition.files) {
    const file = join(root, target);
    await mkdir(dirname(file), { recursive: true });
    await copyFile(source, file);
    await chmod(file, "0755");
  }
}
