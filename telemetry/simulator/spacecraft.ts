/** Simulated spacecraft: the models of its subsystems, advanced together in fixed time steps. */
import { AttitudeControl, type Mode } from "./attitude";
import { OnboardComputer } from "./computer";
import { orbitAt, type OrbitState } from "./orbit";
import { PowerSystem } from "./power";
import { Radio } from "./radio";
import { type Random, seededRandom } from "./random";
import { type Faults, noFaults } from "./scenario";
import { ThermalModel } from "./thermal";

/** Step size of the models, independent of the time scale, so that the same seed gives the same flight. */
const stepSeconds = 1;
/** Seconds in safe mode after a restart. */
const recoverySeconds = 120;

/** A plausible small satellite with its own time; the simulator sets its speed. */
export class Spacecraft {
  readonly power = new PowerSystem();
  readonly thermal = new ThermalModel();
  readonly attitude = new AttitudeControl();
  readonly radio = new Radio();
  readonly computer = new OnboardComputer();
  orbit: OrbitState;
  faults: Faults = noFaults;
  readonly random: Random;
  private readonly phase: number;
  private time = 0;
  private owed = 0;
  private recovering = 0;

  constructor(seed: number) {
    this.random = seededRandom(seed);
    // Start in sunlight, with some time until the eclipse.
    this.phase = 0.05 + 0.3 * this.random.next();
    this.orbit = orbitAt(0, this.phase);
    this.step();
  }

  /** @param seconds of the spacecraft's time */
  advance(seconds: number): void {
    for (this.owed += seconds; this.owed >= stepSeconds; this.owed -= stepSeconds) this.step();
  }

  reboot(): void {
    this.computer.reboot();
    this.recovering = recoverySeconds;
  }

  get isPayloadOn(): boolean {
    return this.attitude.mode === "NOMINAL" && !this.power.isLoadShed;
  }

  private step(): void {
    const { faults, random, power } = this;
    this.time += stepSeconds;
    this.recovering = Math.max(0, this.recovering - stepSeconds);
    this.orbit = orbitAt(this.time, this.phase);
    this.attitude.step(stepSeconds, { time: this.time, mode: this.chooseMode(), faults, random });
    this.radio.step(stepSeconds, this.orbit, random);
    this.computer.step(stepSeconds, this.radio.linkState === "LOCKED", random);
    const isSunlit = !this.orbit.isEclipse;
    const { isPayloadOn } = this;
    const { isTransmitting } = this.radio;
    this.thermal.step(stepSeconds, { isSunlit, isTransmitting, isPayloadOn, faults });
    const sunlight = isSunlit ? Math.max(0, Math.cos((this.attitude.sunAngle * Math.PI) / 180)) : 0;
    power.step(stepSeconds, { sunlight, load: this.busLoad(), faults, random });
  }

  private chooseMode(): Mode {
    if (this.faults.safeMode || this.recovering > 0 || this.power.stateOfCharge < 0.1) return "SAFE";
    return this.orbit.isPass ? "DOWNLINK" : "NOMINAL";
  }

  /** Load of the bus in watts. */
  private busLoad(): number {
    const wheels = this.attitude.isPointing ? 2.4 : 0.6;
    const transmitter = this.radio.isTransmitting ? 7 : 0.8;
    return (
      4.2 +
      wheels +
      transmitter +
      (this.isPayloadOn ? 4.5 : 0) +
      this.thermal.heaterWatts +
      this.random.noise(0.1)
    );
  }
}
