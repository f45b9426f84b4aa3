/** Sensor readings of the simulated spacecraft, by parameter; invented when the model has none. */
import { isText } from "../decoder";
import type { Dictionary, Parameter } from "../dictionary";
import type { Spacecraft } from "./spacecraft";

/** Reading: number in base units, state name of an enumeration, or boolean. */
type Reading = number | string | boolean;

/** Readings of the spacecraft's sensors, by `subsystem.name` of the default dictionary. */
export function readings(craft: Spacecraft): Readonly<Record<string, Reading>> {
  return {
    ...power(craft),
    ...attitude(craft),
    ...communications(craft),
    ...computer(craft),
    ...thermal(craft),
    ...orbit(craft),
  };
}

const panelNames = ["plus_x", "minus_x", "plus_y", "minus_y"] as const;

function power({ power: system, thermal: { nodes }, random }: Spacecraft): Record<string, Reading> {
  const rail = (name: string, volts: number, watts: number): [string, number][] => [
    [`power.rail_${name}_voltage`, volts + random.noise(0.003 * volts)],
    [`power.rail_${name}_current`, watts / volts + random.noise(0.01)],
  ];
  return {
    "power.battery_voltage": system.batteryVoltage + random.noise(0.01),
    "power.battery_current": system.batteryCurrent + random.noise(0.01),
    "power.battery_temperature": nodes.battery.temperature + random.noise(0.1),
    "power.battery_state_of_charge": system.stateOfCharge,
    "power.battery_charging": system.batteryCurrent > 0.01,
    "power.load_shedding": system.isLoadShed,
    "power.regulator_state": system.regulator,
    ...Object.fromEntries(
      system.panels.flatMap((panel, i) => [
        [`power.panel_${panelNames[i]}_voltage`, panel.voltage],
        [`power.panel_${panelNames[i]}_current`, Math.max(0, panel.current)],
      ]),
    ),
    ...Object.fromEntries([
      ...rail("3v3", 3.3, 0.18 * system.load),
      ...rail("5v", 5, 0.32 * system.load),
      ...rail("12v", 12, 0.5 * system.load),
    ]),
  };
}

function attitude({
  attitude: control,
  orbit: { field, isEclipse },
  thermal: { nodes },
  random,
}: Spacecraft): Record<string, Reading> {
  const wheels = control.wheelSpeeds.flatMap((speed, i): [string, number][] => [
    [`attitude.wheel_${i + 1}_speed`, speed],
    [`attitude.wheel_${i + 1}_current`, 0.06 + (Math.abs(speed) / 6_000) * 0.25 + random.noise(0.004)],
    [
      `attitude.wheel_${i + 1}_temperature`,
      nodes.structureBottom.temperature + 6 + (Math.abs(speed) / 6_000) * 12,
    ],
  ]);
  return {
    "attitude.mode": control.mode,
    "attitude.rate_x": control.rates[0],
    "attitude.rate_y": control.rates[1],
    "attitude.rate_z": control.rates[2],
    "attitude.magnetic_field_x": field[0] + random.noise(5e-8),
    "attitude.magnetic_field_y": field[1] + random.noise(5e-8),
    "attitude.magnetic_field_z": field[2] + random.noise(5e-8),
    "attitude.sun_angle": control.sunAngle,
    "attitude.pointing_error": control.pointingError,
    "attitude.sun_visible": !isEclipse && control.sunAngle < 60,
    "attitude.star_tracker_locked": control.isPointing,
    "attitude.star_tracker_stars": control.isPointing ? 14 + Math.round(random.noise(2)) : 0,
    ...Object.fromEntries(wheels),
  };
}

function communications({ radio, thermal: { nodes }, random }: Spacecraft): Record<string, Reading> {
  return {
    "communications.link_state": radio.linkState,
    "communications.transmitter_on": radio.isTransmitting,
    "communications.spare_antenna": false,
    "communications.signal_strength": radio.signalDbm,
    "communications.signal_to_noise": radio.signalToNoise,
    "communications.bit_errors": Math.floor(radio.bitErrors),
    "communications.bit_error_rate": radio.bitErrorRate,
    "communications.frames_received": Math.floor(radio.framesReceived),
    "communications.downlink_rate": radio.isTransmitting ? 4_000 * 125 : 0,
    "communications.transmitter_power": radio.isTransmitting ? 2 + random.noise(0.02) : 0,
    "communications.transmitter_temperature": nodes.amplifier.temperature,
    "communications.doppler_shift": radio.dopplerHertz,
  };
}

function computer({ computer: board, thermal: { nodes }, random }: Spacecraft): Record<string, Reading> {
  return {
    "computer.boots": board.boots,
    "computer.reset_cause": board.resetCause,
    "computer.uptime": board.uptime,
    "computer.load": board.load,
    "computer.memory_used": board.memoryKiB * 1024,
    "computer.memory_errors": board.memoryErrors,
    "computer.storage_free": board.storageMiB * 1024 ** 2,
    "computer.commands_accepted": Math.floor(board.commandsAccepted),
    "computer.commands_rejected": board.commandsRejected,
    "computer.temperature": nodes.computer.temperature + random.noise(0.2),
  };
}

function thermal({ thermal: model, random }: Spacecraft): Record<string, Reading> {
  const { nodes } = model;
  return {
    "thermal.structure_top_temperature": nodes.structureTop.temperature,
    "thermal.structure_bottom_temperature": nodes.structureBottom.temperature,
    "thermal.payload_temperature": nodes.payload.temperature,
    "thermal.propulsion_tank_temperature": nodes.tank.temperature,
    "thermal.star_tracker_temperature": nodes.starTracker.temperature,
    "thermal.radio_temperature": nodes.radio.temperature,
    ...Object.fromEntries(
      panelNames.map((name, i) => [
        `thermal.panel_${name}_temperature`,
        nodes.panel.temperature - i + random.noise(0.3),
      ]),
    ),
    "thermal.battery_heater_on": model.isBatteryHeaterOn,
    "thermal.tank_heater_on": model.isTankHeaterOn,
    "thermal.heater_power": model.heaterWatts,
  };
}

function orbit({ orbit: state, random }: Spacecraft): Record<string, Reading> {
  return {
    "orbit.latitude": state.latitude,
    "orbit.longitude": state.longitude,
    "orbit.altitude": state.altitude,
    "orbit.number": state.number,
    "orbit.satellites_used": 9 + Math.round(random.noise(1)),
    "orbit.eclipse": state.isEclipse,
    "orbit.ground_station_visible": state.isPass,
    "orbit.next_eclipse": state.nextEclipse,
  };
}

/**
 * Writes the readings into the encoder's array. A parameter without a model moves slowly between its limits, so that a
 * custom dictionary can be simulated too.
 * @param time seconds
 */
export function fillValues(
  dictionary: Dictionary,
  known: Readonly<Record<string, Reading>>,
  time: number,
  values: Float64Array,
): void {
  for (const parameter of dictionary.parameters) {
    const reading = known[`${parameter.subsystem}.${parameter.name}`];
    const { array } = parameter;
    for (let i = 0; array && i < array.most; i++) values[array.slot + i] = invented(parameter, time + 60 * i);
    values[parameter.index] =
      (reading === undefined ? undefined : asNumber(reading, parameter)) ?? invented(parameter, time);
  }
}

/** Reading as a number; undefined for a state that is not in this dictionary. */
function asNumber(reading: Reading, parameter: Parameter): number | undefined {
  if (typeof reading === "number") return reading;
  if (typeof reading === "boolean") return reading ? 1 : 0;
  return [...parameter.states].find(([, state]) => state === reading)?.[0];
}

function invented(parameter: Parameter, time: number): number {
  if (parameter.type === "enumeration") return [...parameter.states.keys()][0] ?? 0;
  if (parameter.type === "boolean" || isText(parameter)) return 0;
  if (parameter.kind === "counter") return Math.floor(time / 60);
  const inside = parameter.limits?.normal ?? [];
  const low = Math.max(...inside.filter((limit) => limit.bound === "low").map((limit) => limit.value));
  const high = Math.min(...inside.filter((limit) => limit.bound === "high").map((limit) => limit.value));
  const from = Number.isFinite(low) ? low : Number.isFinite(high) ? high - Math.abs(high || 1) : 0;
  const to = Number.isFinite(high) ? high : from + Math.abs(from || 1);
  return from + (to - from) * (0.5 + 0.3 * Math.sin((2 * Math.PI * time) / 600 + parameter.index));
}
