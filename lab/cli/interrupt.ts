/**
 * The interrupt as an option for the engine, where the engine does not get it by itself: a terminal sends Ctrl-C to
 * the whole process group, and an engine that is told twice drops everything.
 */
export function toEngine(signal: AbortSignal): { readonly signal?: AbortSignal } {
  return process.stdin.isTTY ? {} : { signal };
}

/**
 * Ctrl-C: the first one is the engine's (a terminal sends it to the whole process group; `runPulumi` stays to see
 * the engine end), the second one ends this command at once. Either way the next `make up` or `make down` goes on.
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
