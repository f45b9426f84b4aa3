/** Simulated radio: link state, signal strength, Doppler shift and bit errors, by pass. */
import type { OrbitState } from "./orbit";
import type { Random } from "./random";

/** Carrier of the receiver in Hz: S-band space operation uplink, 2025 to 2110 MHz (ITU Radio Regulations). */
const uplinkHertz = 2_050e6;
const speedOfLight = 299_792_458;

/**
 * Uplink receiver and high-rate transmitter, both used during passes only. A low-rate beacon, which is always on, sends
 * the housekeeping packets.
 */
export class Radio {
  linkState: "IDLE" | "ACQUIRING" | "LOCKED" = "IDLE";
  isTransmitting = false;
  signalDbm = -127;
  signalToNoise = 0;
  dopplerHertz = 0;
  bitErrorRate = 0;
  bitErrors = 2_140;
  framesReceived = 88_120;
  private passSeconds = 0;

  step(seconds: number, orbit: OrbitState, random: Random): void {
    this.passSeconds = orbit.isPass ? this.passSeconds + seconds : 0;
    this.linkState = this.passSeconds === 0 ? "IDLE" : this.passSeconds < 20 ? "ACQUIRING" : "LOCKED";
    const isLocked = this.linkState === "LOCKED";
    this.isTransmitting = isLocked;
    // Free-space loss: 20 dB per decade of distance; -96 dBm at 1000 km.
    const received = -96 - 20 * Math.log10(orbit.range / 1e6);
    this.signalDbm = (orbit.isPass ? received : -127) + random.noise(0.4);
    this.signalToNoise = Math.max(0, this.signalDbm + 118);
    this.dopplerHertz = isLocked ? (-orbit.rangeRate / speedOfLight) * uplinkHertz : 0;
    this.bitErrorRate = isLocked ? 10 ** (-7.5 + random.noise(0.2)) : 0;
    if (!isLocked) return;
    this.bitErrors += 64_000 * seconds * this.bitErrorRate * 20;
    this.framesReceived += 30 * seconds;
  }
}
