/** Cache in a folder: a shared disk, or what a web server serves. */
import { open } from "node:fs/promises";
import { join } from "node:path";
import { isMissing } from "../../files";
import { type CacheSource, Unavailable } from "./source";

/** The files of a folder. */
export function folderSource(folder: string): CacheSource {
  return {
    said: folder,
    open: async (file) => {
      try {
        const handle = await open(join(folder, file));
        return { bytes: (await handle.stat()).size, chunks: chunksOf(handle.createReadStream()) };
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw unavailable(error);
      }
    },
  };
}

async function* chunksOf(stream: AsyncIterable<unknown>): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of stream) yield chunk as Uint8Array;
  } catch (error) {
    throw unavailable(error);
  }
}

function unavailable(error: unknown): Unavailable {
  return new Unavailable(error instanceof Error ? error.message : String(error), false);
}
