/** Seconds that an exporter copies what is left, when it ends: its pod has as many more. */
export const lastCopySeconds = 30;
