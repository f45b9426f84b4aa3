/** Foreign definitions and packets: what package registries carry of missions' own, and who reads them. */
import type { Format } from "../../../telemetry/import";

/** A package at an exact version. */
export interface ForeignPackage {
  readonly name: string;
  readonly version: string;
  /** sdist: a source package, of which tests and their data are taken; wheel: installed for Python. */
  readonly form: "sdist" | "wheel";
}

export const packages = {
  spacePacketParser: { name: "space_packet_parser", version: "6.2.0", form: "sdist" },
  ccsdspy: { name: "ccsdspy", version: "2.0.1", form: "sdist" },
  pytest: { name: "pytest", version: "9.2.0", form: "wheel" },
  fprimeXtce: { name: "fprime_xtce", version: "0.1.5", form: "sdist" },
  fprimeYamcs: { name: "fprime_yamcs", version: "0.2.4", form: "wheel" },
  fprimeGds: { name: "fprime-gds", version: "4.4.1", form: "wheel" },
  openc3: { name: "openc3", version: "7.4.1", form: "wheel" },
} as const satisfies Record<string, ForeignPackage>;

export type PackageKey = keyof typeof packages;

export interface ForeignSource {
  readonly name: string;
  readonly format: Format;
  readonly decoder: "spp" | "ccsdspy" | "ccsdspy-test" | "openc3" | "fprime";
  /** Package in which the files are; undefined: paths as they are. */
  readonly from?: PackageKey;
  /** Definition in the package; of a test of ccsdspy its module and function. */
  readonly definition: string;
  /** What the decoder reads instead, where that is another file than is imported. */
  readonly decoderDefinition?: string;
  /** Packets in the package; undefined: the decoder makes them. */
  readonly packets?: string;
  /** APID where the definition has none; default: that of the first packet. */
  readonly apid?: number;
  readonly skipBytes?: number;
}

const spp = "tests/test_data";
const hs = "ccsdspy/tests/data/hs";
const split = "ccsdspy/tests/data/split";

const xtce = (name: string, definition: string, packets: string, skipBytes = 0): ForeignSource => ({
  ...{ name, format: "xtce", decoder: "spp", from: "spacePacketParser", skipBytes },
  definition: `${spp}/${definition}`,
  packets: `${spp}/${packets}`,
});

const highSpeed = (apid: string, file: string): ForeignSource => ({
  ...{ name: `LASP HS APID ${Number(apid)} (CSV)`, format: "csv", decoder: "ccsdspy", from: "ccsdspy" },
  definition: `${hs}/apid${apid}/defs.csv`,
  packets: `${hs}/apid${apid}/${file}`,
  apid: Number(apid),
});

const cygnss = (apid: number, packet: string): ForeignSource => ({
  ...{ name: `CYGNSS FM7 ${packet} (CSV)`, format: "csv", decoder: "ccsdspy", from: "ccsdspy", apid },
  definition: `${split}/defs/${packet}.csv`,
  packets: `${split}/apid${String(apid).padStart(5, "0")}.tlm`,
});

const ofTest = (name: string, test: string): ForeignSource => ({
  ...{ name, format: "csv", decoder: "ccsdspy-test", from: "ccsdspy", definition: `ccsdspy.tests.${test}` },
});

const jpssPackets = "jpss/J01_G011_LZ_2021-04-09T00-00-00Z_V01.DAT1";
const fprimeDictionary = "tests/data/ReferenceDeploymentTopologyDictionary";

export const sources: readonly ForeignSource[] = [
  xtce("JPSS-1 attitude and ephemeris", "jpss/jpss1_geolocation_xtce_v1.xml", jpssPackets),
  xtce("JPSS-1, other inheritance", "jpss/contrived_inheritance_structure.xml", jpssPackets),
  xtce("JPSS-1, without a namespace", "test_xtce_no_namespace.xml", jpssPackets),
  xtce("CTIM, 38 packets", "ctim/ctim_xtce_v1.xml", "ctim/ccsds_2021_155_14_39_51"),
  xtce("IDEX science", "idex/idex_combined_science_definition.xml", "idex/sciData_2023_052_14_45_05"),
  xtce("SUDA science", "suda/suda_combined_science_definition.xml", "suda/sciData_2022_130_17_41_53.spl", 4),
  {
    ...{ name: "JPSS-1 (CSV)", format: "csv", decoder: "ccsdspy", from: "spacePacketParser", apid: 11 },
    definition: `${spp}/jpss/ccsdspy_jpss1_geolocation.csv`,
    packets: `${spp}/${jpssPackets}`,
  },
  highSpeed("001", "SSAT1_2015-180-00-00-00_2015-180-01-59-58_1_1_sim.tlm"),
  highSpeed("010", "SSAT1_2015-180-00-00-00_2015-180-00-59-59_10_1_sim.tlm"),
  highSpeed("035", "SSAT1_2015-180-00-00-00_2015-180-01-59-59_35_1_sim.tlm"),
  highSpeed("130", "SSAT1_2015-180-00-00-00_2015-180-01-59-35_130_1_sim.tlm"),
  highSpeed("251", "SSAT1_2015-180-00-00-00_2015-180-01-59-59_251_1_sim.tlm"),
  highSpeed("895", "SSAT1_2015-180-00-00-00_2015-180-01-59-56_895_1_sim.tlm"),
  cygnss(384, "ENG_LZ"),
  cygnss(386, "ENG_HI"),
  cygnss(392, "ENG_ADCS"),
  cygnss(393, "ENG_ADCSIO"),
  cygnss(394, "ENG_PVT"),
  cygnss(1313, "DIAG_DDMI_PROCESSED_DATA"),
  ofTest("Europa Clipper ECM, 24-bit numbers", "test_regression:test_odd_length_neg_ints"),
  ofTest("Europa Clipper ECM, array to the end and CRC", "test_regression:test_expand_with_footer_bits"),
  ofTest("CSA APID 400", "test_regression:test_non_byte_aligned_uint"),
  ofTest("arrays to the end", "test_var_length:test_var_length_data"),
  ofTest("arrays to the end with a footer", "test_var_length:test_var_length_data_with_footer"),
  ofTest("two counted arrays", "test_var_length:test_var_length_double_varfield_with_footer"),
  {
    ...{ name: "F' reference deployment", format: "xtce", decoder: "fprime", from: "fprimeXtce" },
    definition: `${fprimeDictionary}.ref.xml`,
    decoderDefinition: `${fprimeDictionary}.json`,
  },
  {
    ...{ name: "F' reference for Yamcs", format: "xtce", decoder: "fprime", from: "fprimeYamcs" },
    definition: "fprime_yamcs/yamcs/src/main/yamcs/mdb/fprime.xtce.xml",
    decoderDefinition: `fprimeXtce:${fprimeDictionary}.json`,
  },
  {
    ...{ name: "a definition of our own, read by COSMOS", format: "cosmos", decoder: "openc3" },
    definition: `${__dirname}/cosmos.txt`,
  },
];

/** Sources of which one would wish that a registry had them, and why they are not run. */
export const wished: readonly (readonly [name: string, why: string])[] = [
  ["Yamcs quickstart", "on no package registry: name its files with --xtce and --packets"],
  ["COSMOS demo INST", "on no registry for Python, npm or Maven: name its file with --cosmos"],
  ["cFS", "has no definition in one of the three formats"],
];
