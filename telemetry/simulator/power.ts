/** Simulated power system: battery charge and voltage, solar strings, charge regulator, load shedding. */
import type { Random } from "./random";
import type { Faults } from "./scenario";

/** Battery of four Li-ion cells in series, four solar strings, and a regulator that stops charging a full battery. */
export class PowerSystem {
  /** 0 to 1. */
  stateOfCharge = 0.9;
  /** Amperes; positive when charging. */
  batteryCurrent = 0;
  /** Volts at the terminals. */
  batteryVoltage = 16;
  isLoadShed = false;
  regulator: "OFF" | "MAXIMUM_POWER" | "FLOAT" | "FAULT" = "MAXIMUM_POWER";
  /** Per string. */
  readonly panels = [0.99, 0.97, 0.98, 0.95].map((efficiency) => ({ efficiency, voltage: 0, current: 0 }));
  /** Watts that the bus draws. */
  load = 0;

  step(seconds: number, args: { sunlight: number; load: number; faults: Faults; random: Random }): void {
    const { faults, random } = args;
    const capacityJoules = 45 * 3600 * (faults.batteryUndervoltage ? 0.25 : 1);
    const isFull = this.stateOfCharge >= 0.995;
    const solar = this.updatePanels(args.sunlight, isFull ? 0.5 : 1, faults, random);
    this.load = args.load;
    // The cell protection switches off the load, so that the cells are not destroyed.
    const isEmpty = this.stateOfCharge <= 0.02;
    const balance = solar * 0.92 - (isEmpty ? 0 : args.load);
    const charging = isFull ? Math.min(balance, 0) : balance;
    this.stateOfCharge = Math.min(
      1,
      Math.max(0.02, this.stateOfCharge + (charging * seconds) / capacityJoules),
    );
    this.batteryCurrent = charging / Math.max(12, this.batteryVoltage);
    this.batteryVoltage = 4 * cellVoltage(this.stateOfCharge) + this.batteryCurrent * packResistance;
    // Hysteresis: without it, a restored load would be shed again at once.
    if (this.stateOfCharge < 0.25) this.isLoadShed = true;
    if (this.stateOfCharge > 0.5) this.isLoadShed = false;
    this.regulator = faults.batteryUndervoltage
      ? "FAULT"
      : args.sunlight === 0
        ? "OFF"
        : isFull
          ? "FLOAT"
          : "MAXIMUM_POWER";
  }

  /** @returns watts of all strings */
  private updatePanels(sunlight: number, share: number, faults: Faults, random: Random): number {
    let watts = 0;
    for (const panel of this.panels) {
      const isLit = sunlight > 0;
      const isUsed = isLit && !faults.batteryUndervoltage;
      // Without a load the string has its open-circuit voltage.
      panel.voltage = isLit ? (isUsed ? 18.2 : 20.6) + random.noise(0.05) : 0.2;
      panel.current = isUsed ? 0.4 * sunlight * panel.efficiency * share + random.noise(0.004) : 0;
      watts += panel.voltage * panel.current;
    }
    return watts;
  }
}

/** Resistance of the four cells and their wiring, in ohms. */
const packResistance = 0.2;

/** Open-circuit voltage of a cell by charge: typical curve of an NMC 18650. */
const openCircuit: readonly (readonly [number, number])[] = [
  [0, 3.0],
  [0.1, 3.38],
  [0.25, 3.6],
  [0.5, 3.72],
  [0.75, 3.92],
  [1, 4.15],
];

function cellVoltage(stateOfCharge: number): number {
  const after = Math.max(
    1,
    openCircuit.findIndex(([charge]) => charge >= stateOfCharge),
  );
  const [x0, y0] = openCircuit[after - 1] ?? [0, 3];
  const [x1, y1] = openCircuit[after] ?? [1, 4.15];
  return y0 + ((stateOfCharge - x0) * (y1 - y0)) / (x1 - x0);
}
