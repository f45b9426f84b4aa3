/** Simulated temperatures: lumped nodes with time constants, and heaters with thermostats. */
import type { Faults } from "./scenario";

export interface ThermalNode {
  /** Temperature in degrees Celsius. */
  temperature: number;
  /** Time constant in seconds: 63 % of the difference to the surroundings. */
  readonly timeConstant: number;
  /** Equilibrium temperatures in degrees Celsius in sunlight and in shadow, without internal heat. */
  readonly sunlit: number;
  readonly shadow: number;
}

/** Lumped temperatures: each approaches its equilibrium of sun, shadow and internal heat with its own time constant. */
export class ThermalModel {
  readonly nodes = {
    battery: { temperature: 16, timeConstant: 5_000, sunlit: 19, shadow: 7 },
    structureTop: { temperature: 18, timeConstant: 2_500, sunlit: 30, shadow: -6 },
    structureBottom: { temperature: 10, timeConstant: 2_800, sunlit: 20, shadow: -8 },
    payload: { temperature: 17, timeConstant: 4_000, sunlit: 19, shadow: 8 },
    tank: { temperature: 18, timeConstant: 9_000, sunlit: 21, shadow: 9 },
    starTracker: { temperature: 4, timeConstant: 3_000, sunlit: 10, shadow: -5 },
    radio: { temperature: 15, timeConstant: 1_500, sunlit: 18, shadow: 5 },
    amplifier: { temperature: 20, timeConstant: 300, sunlit: 20, shadow: 14 },
    computer: { temperature: 30, timeConstant: 1_200, sunlit: 32, shadow: 22 },
    panel: { temperature: 40, timeConstant: 600, sunlit: 66, shadow: -62 },
  } satisfies Record<string, ThermalNode>;
  isBatteryHeaterOn = false;
  isTankHeaterOn = false;

  get heaterWatts(): number {
    return (this.isBatteryHeaterOn ? 2.2 : 0) + (this.isTankHeaterOn ? 1.5 : 0);
  }

  step(
    seconds: number,
    args: { isSunlit: boolean; isTransmitting: boolean; isPayloadOn: boolean; faults: Faults },
  ): void {
    const { battery, tank } = this.nodes;
    this.isBatteryHeaterOn =
      args.faults.overheating || thermostat(this.isBatteryHeaterOn, battery.temperature, 8, 11);
    this.isTankHeaterOn = thermostat(this.isTankHeaterOn, tank.temperature, 9, 12);
    const heat: Partial<Record<keyof typeof this.nodes, number>> = {
      battery: args.faults.overheating ? 48 : this.isBatteryHeaterOn ? 14 : 0,
      tank: this.isTankHeaterOn ? 12 : 0,
      payload: (args.isPayloadOn ? 4 : 0) + (args.faults.overheating ? 45 : 0),
      radio: args.isTransmitting ? 12 : 0,
      amplifier: args.isTransmitting ? 24 : 0,
    };
    for (const key of Object.keys(this.nodes) as (keyof typeof this.nodes)[]) {
      const node: ThermalNode = this.nodes[key];
      const goal = (args.isSunlit ? node.sunlit : node.shadow) + (heat[key] ?? 0);
      node.temperature += (goal - node.temperature) * (1 - Math.exp(-seconds / node.timeConstant));
    }
  }
}

function thermostat(isOn: boolean, temperature: number, on: number, off: number): boolean {
  return isOn ? temperature < off : temperature < on;
}
