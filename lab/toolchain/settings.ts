/** Cache folder and environments of the toolchain: for Go builds, and for tools whose messages are parsed. */
import { homedir } from "node:os";
import { join } from "node:path";

/** Where everything that the lab builds once is kept: outside the tree, so that a fresh clone finds it again. */
export function cacheRoot(environment: NodeJS.ProcessEnv = process.env): string {
  return join(environment["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "perigee");
}

/**
 * The environment for a Go build: the user's own module source and caches, but none of the settings that would
 * change what is built. (An empty GOFLAGS would let the user's `go env -w GOFLAGS` through: it has to say something.)
 */
export function goEnvironment(cgo: boolean, environment: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  return {
    ...environment,
    GOFLAGS: "-mod=readonly",
    GOWORK: "off",
    GOOS: "linux",
    GOARCH: "amd64",
    GOAMD64: "v1",
    GOEXPERIMENT: "",
    CGO_ENABLED: cgo ? "1" : "0",
    CGO_CFLAGS: "-O2",
    CGO_LDFLAGS: "",
  };
}

/** For tools whose messages are read by a program: plain, untranslated, without questions. */
export function plainEnvironment(environment: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  return { ...environment, LC_ALL: "C", DEBIAN_FRONTEND: "noninteractive" };
}
