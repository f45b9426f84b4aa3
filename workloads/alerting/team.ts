/** Kind of a setting that names who an alert goes to: the value of its label `team`. */
import { oneOf } from "../../settings/kinds";

export const team = oneOf(["flight-control", "ground-segment"]);
