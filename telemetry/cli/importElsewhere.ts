/** The command `import` in the bundle, which has no room for it: build.ts puts this in place of importCommand.ts. */
import { command } from "./command";
import { UsageError } from "./settings";

export const importCommand = command(
  {
    name: "import",
    summary:
      "Is not in this bundle, which fits into a ConfigMap: run telemetry/bin/perigee-telemetry.js of a clone.",
    before: { name: "FORMAT", meaning: "-" },
    argument: "FILE...",
    argumentMeaning: "-",
    settings: {},
  },
  () =>
    Promise.reject(
      new UsageError("import is not in this bundle: run telemetry/bin/perigee-telemetry.js of a clone"),
    ),
);
