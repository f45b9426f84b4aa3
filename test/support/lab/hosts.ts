/** Machines for tests of preflight: one that will do, and what others lack. */
import { distributionOf } from "../../../lab/cli/distribution";
import type { HostFacts } from "../../../lab/cli/hostFacts";
import type { FolderFacts } from "../../../lab/cli/labFolder";
import type { Missing } from "../../../lab/cli/missingPackages";
import { requirements } from "../../../lab/cli/requirements";

const gib = 2 ** 30;

/** A new folder on a disk of its own. */
export const folder = (path: string, freeGib: number, disk = `/dev/${path}`): FolderFacts => ({
  path,
  content: "none",
  freeBytes: freeGib * gib,
  mount: { point: "/", type: "ext4", options: ["rw", "relatime"], disk },
});

/** What a machine lacks, by the names of requirements. */
export const missing = (osRelease: string, ...names: string[]): Missing => ({
  distribution: distributionOf(osRelease),
  requirements: requirements.filter(({ name }) => names.includes(name)),
});

export const goodHost: HostFacts = {
  platform: "linux",
  architecture: "x64",
  root: true,
  cpus: 2,
  memory: { availableKiB: 8 * 2 ** 20 },
  stateFolder: folder("/var/lib/perigee-lab", 50),
  cacheFolder: folder("/root/.cache/perigee", 50),
  built: false,
  missing: missing("ID=debian"),
  filesystems: "nodev\toverlay\n\text4\n",
  overlayModule: false,
  bridgeNetfilter: true,
  loopControl: true,
  cgroupsWritable: true,
  failedFeatures: [],
  routes: [
    { dst: "default", dev: "eth0" },
    { dst: "192.0.2.0/24", dev: "eth0" },
  ],
  bridgeAlias: undefined,
  listening: ["0100007F:0035"],
  toolchain: [],
  remoteCache: [],
};
