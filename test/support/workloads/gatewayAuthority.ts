/** An authority as the gateway's is made. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { repositoryRoot } from "../../../settings/repositoryRoot";

export function madeAuthority(): { certificate: string; key: string } {
  const program = join(repositoryRoot, "workloads/access/gateway/makeAuthority.js");
  return JSON.parse(execFileSync("node", [program], { encoding: "utf8" })) as {
    certificate: string;
    key: string;
  };
}
