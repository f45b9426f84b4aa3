/**
 * A spacecraft to try everything on: power, thermal, attitude, radio and computer models by seed and scenario, encoded
 * by the same dictionary that decodes it.
 */
export { type ScenarioName, scenarioNames, scenarios } from "./scenario";
export { Simulator } from "./simulator";
