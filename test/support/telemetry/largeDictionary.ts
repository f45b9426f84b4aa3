/** Generated dictionary of a large spacecraft: every type, limits by mode, and texts full of other languages' syntax. */
import { stringify } from "yaml";

export interface LargeSpec {
  readonly subsystems: number;
  readonly packetsEach: number;
  readonly parametersEach: number;
}

/** 3,000 parameters in 60 packets of 20 subsystems. */
export const largeSpacecraft: LargeSpec = { subsystems: 20, packetsEach: 3, parametersEach: 50 };

/** What a careless generator would take for its own syntax: of Go templates, PromQL, Grafana, Markdown, HTML and YAML. */
const awkward = [
  "{{ .x }}",
  "${datasource} and [[spacecraft]]",
  "\"quoted\\\" 'single' `code`",
  "<b>bold</b> & *stars* | pipe",
  "$labels.spacecraft }} {{",
  "two\nlines",
] as const;

/** The dictionary as the YAML text that a user would write. */
export function largeDictionaryText(spec: LargeSpec = largeSpacecraft): string {
  const { subsystems, packetsEach } = spec;
  const packets = Array.from({ length: subsystems * packetsEach }, (_, i) => packet(i, spec));
  return stringify({
    name: 'large "spacecraft" {{ bus }}',
    version: "1.0\\{{",
    description: "A ${generated} spacecraft",
    time: { code: "CUC", epoch: "2000-01-01T00:00:00Z" },
    mode: `${subsystemName(0)}.mode_0_0`,
    packets,
  });
}

/** Names alike in their first 22 letters: what cuts them must tell them apart. */
const subsystemName = (i: number): string => `subsystem_with_a_long_name_${i}`;

function packet(index: number, { subsystems, parametersEach }: LargeSpec): object {
  return {
    apid: index,
    name: `packet_${index}`,
    description: `Housekeeping ${index} ${awkward[index % awkward.length] ?? ""}`,
    subsystem: subsystemName(index % subsystems),
    period: 1 + (index % 10),
    parameters: Array.from({ length: parametersEach }, (_, i) => parameter(index, i)),
  };
}

/** Of ten parameters six are numbers with all limits, one by mode; two are plain, one a state, one a boolean. */
function parameter(packetIndex: number, i: number): object {
  const text = awkward[(packetIndex + i) % awkward.length] ?? "";
  const description = `Reading ${i} of packet ${packetIndex}, ${text}`;
  const number = (name: string): object => ({
    name: `${name}_${packetIndex}_${i}`,
    description,
    type: "unsigned",
    bits: 16,
    calibration: { polynomial: [0, 0.5] },
    unit: "mV",
  });
  const limits = { yellow: { low: 10, high: 9_000 + i }, red: { low: 5, high: 9_900 + i }, persistence: 5 };
  switch (i % 10) {
    case 0:
      return {
        name: `mode_${packetIndex}_${i}`,
        description,
        type: "enumeration",
        bits: 8,
        states: { 0: "SAFE", 1: "NOMINAL", 2: "SURVEY" },
      };
    case 1:
      return { name: `switch_${packetIndex}_${i}`, description, type: "boolean", bits: 8 };
    case 2:
    case 3:
      return number("plain_reading");
    case 4:
      return { ...number("by_mode"), limits: { ...limits, byMode: { SAFE: { red: { low: 1 } } } } };
    default:
      return { ...number("limited_reading"), limits };
  }
}
