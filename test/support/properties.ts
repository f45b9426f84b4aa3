/**
 * Seed of all property tests. `make test` uses the same one each time, so that a change is judged by what it changes
 * and a failure repeats; `make properties` draws others.
 */
import fc from "fast-check";

const seed = process.env["PERIGEE_SEED"] ?? "1";
if (!/^-?\d+$/.test(seed)) {
  throw new Error(`PERIGEE_SEED is ${JSON.stringify(seed)}; allowed: a whole number`);
}
fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(seed) });
