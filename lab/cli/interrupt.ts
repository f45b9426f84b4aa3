/**
 * The interrupt as an engine option, where the engine does not receive it directly: a terminal sends Ctrl-C to the
 * whole process group, and an engine that receives it twice terminates at once.
 */
export function toEngine(signal: AbortSignal): { readonly signal?: AbortSignal } {
  return process.stdin.isTTY ? {} : { signal };
}

/**
 * Handler of Ctrl-C. The first is for the engine (a terminal sends it to the whole process group; `runPulumi` waits
 * for the engine to end), the second ends this command at once. The next `make up` or `make down` continues.
 */
export function watchInterrupts(): { readonly signal: AbortSignal; release(): void } {
  const controller = new AbortController();
  const onInterrupt = (): void => {
    if (controller.signal.aborted) process.exit(130);
    process.stderr.write("Interrupted: what is in progress ends first. Once more ends it now.\n");
    controller.abort();
  };
  process.on("SIGINT", onInterrupt);
  return { signal: controller.signal, release: () => void process.off("SIGINT", onInterrupt) };
}
