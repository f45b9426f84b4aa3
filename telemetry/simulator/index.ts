/**
 * Simulated spacecraft for tests: power, thermal, attitude, radio and computer models by seed and scenario, encoded
 * with the same dictionary that decodes its packets.
 */
export { Passes } from "./passes";
export { type ScenarioName, scenarioNames, scenarios } from "./scenario";
export { Simulator } from "./simulator";
