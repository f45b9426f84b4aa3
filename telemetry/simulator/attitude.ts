/** Simulated attitude control: body rates, pointing error, sun angle and wheel speeds, by mode. */
import { orbitSeconds } from "./orbit";
import type { Random } from "./random";
import type { Faults } from "./scenario";

export type Mode = "SAFE" | "DETUMBLE" | "SUN_POINTING" | "NOMINAL" | "DOWNLINK";

/** Share of the held rate per axis. */
const axisShare = [0.9, -0.6, 0.3] as const;

/** Attitude control: slow drift towards the rates and error of the mode; wheels store and release momentum. */
export class AttitudeControl {
  mode: Mode = "NOMINAL";
  /** Degrees per second about x, y, z. */
  readonly rates: [number, number, number] = [0, 0, 0];
  /** Degrees. */
  pointingError = 0.08;
  sunAngle = 12;
  /** rpm. */
  readonly wheelSpeeds: [number, number, number, number] = [2000, 2000, 2000, 2000];
  private extraSpeed = 0;

  get isPointing(): boolean {
    return this.mode === "NOMINAL" || this.mode === "DOWNLINK";
  }

  step(seconds: number, args: { time: number; mode: Mode; faults: Faults; random: Random }): void {
    const { time, random, faults } = args;
    this.mode = args.mode;
    const held = { SAFE: 1.4, DETUMBLE: 2.5, SUN_POINTING: 0.1, NOMINAL: 0.02, DOWNLINK: 0.3 }[this.mode];
    const error = { SAFE: 22, DETUMBLE: 60, SUN_POINTING: 0.6, NOMINAL: 0.08, DOWNLINK: 0.2 }[this.mode];
    const nearer = 1 - Math.exp(-seconds / 40);
    for (const axis of [0, 1, 2] as const) {
      const goal = held * axisShare[axis];
      this.rates[axis] += (goal - this.rates[axis]) * nearer + random.noise(held * 0.03);
    }
    this.pointingError = Math.abs(
      this.pointingError + (error - this.pointingError) * nearer + random.noise(error * 0.05),
    );
    this.sunAngle = Math.abs(
      12 + 4 * Math.sin((2 * Math.PI * time) / orbitSeconds) + this.pointingError + random.noise(0.2),
    );
    this.spinWheels(seconds, time, faults, random);
  }

  /** Wheel speeds: disturbance torques vary with the orbit; the torquers keep the mean at 2000 rpm. */
  private spinWheels(seconds: number, time: number, faults: Faults, random: Random): void {
    if (faults.wheelOverspeed) this.extraSpeed = Math.min(4_000, this.extraSpeed + 1.2 * seconds);
    const signs = [1, -1, 1, -1] as const;
    for (const wheel of [0, 1, 2, 3] as const) {
      const swing = 700 * Math.sin((2 * Math.PI * time) / orbitSeconds + (wheel * Math.PI) / 2);
      const extra = wheel === 2 ? this.extraSpeed : 0;
      this.wheelSpeeds[wheel] = signs[wheel] * Math.min(6_200, 2_000 + swing + extra) + random.noise(3);
    }
  }
}
