/** Faults of a simulation. All are off in the nominal scenario. */
export interface Faults {
  /** Failed charge regulator (no solar power), and a battery that lost most of its capacity. */
  readonly batteryUndervoltage: boolean;
  /** Magnetic torquers that no longer unload wheel 3. */
  readonly wheelOverspeed: boolean;
  /** Battery heater stuck on, and blocked payload radiator. */
  readonly overheating: boolean;
  readonly safeMode: boolean;
  /** Restarts of the on-board computer: silence, then sequence counts from 0. */
  readonly reboot: boolean;
  /** No packet arrives. */
  readonly lossOfSignal: boolean;
  /** Packets lost, duplicated and swapped on the link. */
  readonly sequenceGaps: boolean;
  /** Packets damaged on the link. */
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

/** Seconds of wall-clock time that every scenario is nominal at its start. */
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
