/** Entry point of the command line, for the npm bin, the bundle and the image. */
// eslint-disable-next-line simple-import-sort/imports -- an older Node might not come through what the others import
import "./checkNode";
import { main } from "./main";

main().catch((error: unknown) => {
  process.stderr.write(
    `perigee-telemetry: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  process.exit(70);
});
