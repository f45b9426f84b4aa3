/**
 * Contact plans: when a signal is expected.
 *
 *   planSource.ts (file or HTTP, last good one kept) -> planFile.ts (YAML, JSON, CSV), time.ts -> contactPlan.ts
 *   orbit.ts (elements.ts: TLE and OMM by SGP4; ephemeris.ts: OEM) -> earth.ts -> passSearch.ts: a plan from an orbit;
 *   only the command `contacts` loads them
 */
export { type Contact, ContactPlan, type Contacts, type ContactState, type Span } from "./contactPlan";
export { PlanError, readPlan } from "./planFile";
export { isUrl, PlanSource } from "./planSource";
