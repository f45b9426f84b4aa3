/** certificates.ts as any Node runs it: one file with its library. */
import { join } from "node:path";
import { build } from "esbuild";

/** @throws Error when it does not fit into a ConfigMap beside the routes */
export async function certificateProgram(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(__dirname, "certificates.ts")],
    ...{ bundle: true, platform: "node", target: "node22", format: "cjs", minify: true, keepNames: true },
    ...{ legalComments: "none", write: false, logLevel: "error" },
  });
  const text = outputFiles[0]?.text ?? "";
  if (text.length > mostBytes) {
    throw new Error(`certificates.ts has ${text.length} bytes, more than ${mostBytes}`);
  }
  return text;
}

const mostBytes = 768 * 1024;
