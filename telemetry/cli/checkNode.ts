/** Check of Node's version, imported before all that an older one cannot run. */
import { nodeProblem } from "../version";

const problem = nodeProblem(process.versions.node);
if (problem !== undefined) {
  process.stderr.write(`perigee-telemetry: ${problem}\n`);
  process.exit(2);
}
