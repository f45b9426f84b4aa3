/** What goes wrong in a simulation. Everything is off in the nominal scenario. */
export interface Faults {
  /** The charge regulator has failed (no solar power) and the battery has lost most of its capacity. */
  readonly batteryUndervoltage: boolean;
  /** The magnetic torquers no longer unload wheel 3. */
  readonly wheelOverspeed: boolean;
  /** The battery's heater is stuck on and the payload's radiator is blocked. */
  readonly overheating: boolean;
  readonly safeMode: boolean;
  /** The on-board computer restarts: silence, then sequence counts from 0. */
  readonly reboot: boolean;
  /** Nothing arrives. */
  readonly lossOfSignal: boolean;
  /** Packets are lost, doubled and swapped on the way. */
  readonly sequenceGaps: boolean;
  /** Packets are damaged on the way. */
  readonly corruptPackets: boolean;
}

export interface Scenario {
  readonly summary: string;
  readonly faults: Partial<Faults>;
}

export const noFaults: Faults = {
  batteryUndervoltage: false,
  wheelOverspeed: false,
  overheating: false,
  safeMode: false,
  reboot: false,
  lossOfSignal: false,
  sequenceGaps: false,
  corruptPackets: false,
};

/** Seconds of wall-clock time for which every scenario starts as the nominal one. */
export const onsetSeconds = 10;

export const scenarioNames = [
  "nominal",
  "battery-undervoltage",
  "wheel-overspeed",
  "overheating",
  "loss-of-signal",
  "sequence-gaps",
  "corrupt-packets",
  "reboot",
  "safe-mode",
] as const;

export type ScenarioName = (typeof scenarioNames)[number];

export const scenarios: Readonly<Record<ScenarioName, Scenario>> = {
  nominal: { summary: "everything inside its limits", faults: {} },
  "battery-undervoltage": {
    summary:
      "no solar power and a weak battery: crosses yellow low, then red low; at time scale 60 after about 45 and 65 s",
    faults: { batteryUndervoltage: true },
  },
  "wheel-overspeed": {
    summary:
      "wheel 3 gains 1.2 rpm every second: crosses yellow high, then red high; at time scale 60 after about 50 and 57 s",
    faults: { wheelOverspeed: true },
  },
  overheating: {
    summary:
      "battery and payload grow hot: yellow high, then red high; at time scale 60 within about two minutes",
    faults: { overheating: true },
  },
  "loss-of-signal": { summary: "packets stop after 10 s", faults: { lossOfSignal: true } },
  "sequence-gaps": { summary: "packets are lost, doubled and swapped", faults: { sequenceGaps: true } },
  "corrupt-packets": { summary: "one packet in five is damaged", faults: { corruptPackets: true } },
  reboot: { summary: "the on-board computer restarts every two minutes", faults: { reboot: true } },
  "safe-mode": {
    summary: "the spacecraft falls into safe mode, where other limits hold",
    faults: { safeMode: true },
  },
};
