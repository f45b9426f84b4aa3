/** The environment of Go builds. */

/**
 * The environment for a Go build: the user's own module source and caches, but no settings that would change the
 * output. (With an empty GOFLAGS, the user's `go env -w GOFLAGS` would apply: it must have a value.)
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
    // The compiler is done before its collector would pay: a fifth of the time. The limit is for each of its processes.
    GOGC: "off",
    GOMEMLIMIT: "1500MiB",
  };
}
