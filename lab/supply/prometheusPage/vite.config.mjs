// Build of Prometheus' own page, in the scratch folder that build.ts lays out: this file, node_modules/, and beside
// them upstream's mantine-ui/ and codemirror-promql/. It does what upstream's vite.config.ts and its workspaces do.
import { join } from "node:path";
import react from "@vitejs/plugin-react";
import license from "rollup-plugin-license";
import { defineConfig } from "vite";

const scratch = import.meta.dirname;
const page = join(scratch, "dist");

export default defineConfig({
  root: join(scratch, "mantine-ui"),
  base: "", // relative addresses: Prometheus may be served below a prefix
  plugins: [react()],
  resolve: {
    // Upstream's workspace package, of which npm has no release of this version: compiled first (build.ts).
    alias: { "@prometheus-io/codemirror-promql": join(scratch, "codemirror-promql/dist") },
  },
  build: {
    outDir: page,
    emptyOutDir: true,
    chunkSizeWarningLimit: 4096, // kB; upstream's one bundle
    rollupOptions: {
      // The licences of what is in the bundle, which upstream ships under the same name.
      plugins: [license({ thirdParty: { output: { file: join(page, "assets/third-party-licenses.txt") } } })],
    },
  },
});
