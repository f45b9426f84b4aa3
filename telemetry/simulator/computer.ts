/** Simulated on-board computer: its counters and resources, and the effect of a reboot on them. */
import type { Random } from "./random";

/** The on-board computer: load, memory, telecommands of the timeline and of passes. */
export class OnboardComputer {
  boots = 17;
  resetCause: "POWER_ON" | "WATCHDOG" | "TELECOMMAND" | "UNDERVOLTAGE" | "SOFTWARE" = "TELECOMMAND";
  /** Seconds. */
  uptime = 6 * 86_400;
  /** 0 to 1. */
  load = 0.35;
  memoryKiB = 31_000;
  memoryErrors = 41;
  storageMiB = 9_200;
  commandsAccepted = 412;
  readonly commandsRejected = 3;

  step(seconds: number, isLocked: boolean, random: Random): void {
    this.uptime += seconds;
    this.load = Math.min(0.75, Math.max(0.15, this.load + (0.38 - this.load) * 0.05 + random.noise(0.01)));
    this.memoryKiB = Math.min(
      44_000,
      Math.max(24_000, this.memoryKiB + (31_000 - this.memoryKiB) * 0.01 + random.noise(60)),
    );
    // About one memory upset per two hours.
    if (random.next() < seconds / 7_200) this.memoryErrors++;
    this.storageMiB = Math.min(12_000, Math.max(6_000, this.storageMiB + seconds * (isLocked ? 1.2 : -0.15)));
    if (isLocked) this.commandsAccepted += seconds / 20;
  }

  reboot(): void {
    this.boots++;
    this.resetCause = "WATCHDOG";
    this.uptime = 0;
    this.memoryKiB = 26_000;
  }
}
