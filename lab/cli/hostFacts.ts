/** Facts of a machine, as preflight judges them: read by probes.ts, made up by tests. */
import type { FolderFacts } from "./labFolder";
import type { Memory } from "./memory";
import type { Missing } from "./missingPackages";

/** A route as `ip -j route` prints it. */
export interface Route {
  readonly dst: string;
  readonly dev?: string;
}

export interface HostFacts {
  readonly platform: string;
  readonly architecture: string;
  readonly root: boolean;
  readonly cpus: number;
  readonly memory: Memory;
  readonly stateFolder: FolderFacts;
  /** Where built programs and images are kept. */
  readonly cacheFolder: FolderFacts;
  /** True when the lab's programs, of any version, were built here before. */
  readonly built: boolean;
  readonly missing: Missing;
  /** Content of /proc/filesystems. */
  readonly filesystems: string;
  readonly overlayModule: boolean;
  readonly bridgeNetfilter: boolean;
  readonly loopControl: boolean;
  /** Undefined where only root could tell. */
  readonly cgroupsWritable: boolean | undefined;
  /** Undefined where only root could tell. */
  readonly failedFeatures: readonly string[] | undefined;
  readonly routes: readonly Route[];
  /** The alias of the interface perigee0, if it exists. */
  readonly bridgeAlias: string | undefined;
  /** Local addresses of listening sockets, as in /proc/net. */
  readonly listening: readonly string[];
  readonly toolchain: readonly string[];
  /** Problems of the settings of a remote cache. */
  readonly remoteCache: readonly string[];
}
