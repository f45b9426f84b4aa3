/** XTCE files written for the tests, and what becomes of them. */
import { parseDictionary } from "../../../../telemetry/dictionary";
import {
  type Format,
  formatFinding,
  importDefinition,
  type ImportOptions,
} from "../../../../telemetry/import";
import { type Outcome, outcomeOf } from "../packets/dictionaryOf";

/** Primary header as a container of XTCE, by names that mean nothing. */
const header = [3, 1, 1, 11, 2, 14, 16].map((bits, i) => ({ name: `H${i}`, bits }));

export const integer = (name: string, bits: number, more = "", attributes = ""): string =>
  `<IntegerParameterType name="${name}"><IntegerDataEncoding sizeInBits="${bits}" ${attributes}/>${more}</IntegerParameterType>`;

export const parameter = (name: string, type: string): string =>
  `<Parameter name="${name}" parameterTypeRef="${type}"/>`;

export const entries = (...names: readonly string[]): string =>
  names.map((name) => `<ParameterRefEntry parameterRef="${name}"/>`).join("");

/** Place of an entry, for what stands in it. */
export const location = (from: string, bits: number): string =>
  `<LocationInContainerInBits referenceLocation="${from}"><FixedValue>${bits}</FixedValue></LocationInContainerInBits>`;

/** Entry of a parameter at a place. */
export const placed = (name: string, from: string, bits: number): string =>
  `<ParameterRefEntry parameterRef="${name}">${location(from, bits)}</ParameterRefEntry>`;

export const container = (name: string, list: string, base = "", attributes = ""): string =>
  `<SequenceContainer name="${name}" ${attributes}><EntryList>${list}</EntryList>${base}</SequenceContainer>`;

export const comparison = (reference: string, value: string | number, operator = "=="): string =>
  `<Comparison parameterRef="${reference}" value="${value}" comparisonOperator="${operator}" useCalibratedValue="true"/>`;

/** Base of a container, with its criteria. */
export const basedOn = (base: string, criteria = ""): string =>
  `<BaseContainer containerRef="${base}"><RestrictionCriteria>${criteria}</RestrictionCriteria></BaseContainer>`;

/** Base of a packet with APID 7. */
export const apid7 = basedOn("CCSDS", comparison("H3", 7));

/** File with a primary header, and with what the test adds to its sets. */
export function xtce({
  types = "",
  parameters = "",
  containers = "",
  more = "",
}: {
  types?: string;
  parameters?: string;
  containers?: string;
  more?: string;
}): string {
  const headerTypes = header.map(({ name, bits }) => integer(`${name}_T`, bits)).join("");
  const headerParameters = header.map(({ name }) => parameter(name, `${name}_T`)).join("");
  const ccsds = container("CCSDS", entries(...header.map(({ name }) => name)), "", 'abstract="true"');
  return `<?xml version="1.0"?>
<SpaceSystem name="Test" xmlns="http://www.omg.org/spec/XTCE/20180204">
<TelemetryMetaData>
<ParameterTypeSet>${headerTypes}${types}</ParameterTypeSet>
<ParameterSet>${headerParameters}${parameters}</ParameterSet>
<ContainerSet>${ccsds}${containers}</ContainerSet>
${more}
</TelemetryMetaData>
</SpaceSystem>`;
}

/** File of one packet with these types, each with a parameter of its name, one behind the other. */
export function packetOf(types: Readonly<Record<string, string>>): string {
  const names = Object.keys(types);
  return xtce({
    types: Object.values(types).join(""),
    parameters: names.map((name) => parameter(name, `${name}_T`)).join(""),
    containers: container("P", entries(...names), apid7),
  });
}

export interface Result {
  readonly text: string;
  /** Findings without the file and the line. */
  readonly leftOut: readonly string[];
  readonly notes: readonly string[];
  readonly decode: (packet: Buffer) => Outcome;
}

export function imported(format: Format, text: string, options: Partial<ImportOptions> = {}): Result {
  const { text: dictionary, findings } = importDefinition(format, text, {
    ...{ period: 1, mostElements: 16, mostBytes: 64, file: "file" },
    ...options,
  });
  const parsed = parseDictionary(dictionary);
  const of = (kind: "left out" | "note"): string[] =>
    findings.all
      .filter((each) => each.kind === kind)
      .map((each) => formatFinding("f", each).replace(/^f:\d+: (?:note|not carried over): /, ""));
  return {
    text: dictionary,
    leftOut: of("left out"),
    notes: of("note"),
    decode: (packet) => outcomeOf(parsed, packet),
  };
}

/** What becomes of a packet with the field A of these bits and attributes, and B of 8 bits behind it. */
export const field = (
  bits: number,
  attributes: string,
  bitOrder?: ImportOptions["bitOrder"],
): ReturnType<typeof imported> =>
  imported(
    "xtce",
    xtce({
      types: integer("F", bits, "", attributes) + integer("U8", 8),
      parameters: parameter("A", "F") + parameter("B", "U8"),
      containers: container("P", entries("A", "B"), apid7),
    }),
    { bitOrder },
  );
