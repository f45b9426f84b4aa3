/** Entry point of the command line, for the npm bin, the bundle and the image. */
import { main } from "./main";

main().catch((error: unknown) => {
  process.stderr.write(
    `perigee-telemetry: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  process.exit(70);
});
