/** The command line's entry: what the npm bin, the bundle and the image run. */
import { main } from "./main";

main().catch((error: unknown) => {
  process.stderr.write(
    `perigee-telemetry: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  process.exit(70);
});
