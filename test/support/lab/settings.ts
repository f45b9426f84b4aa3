/** Settings of the lab tests, from the environment. */

export interface KillSettings {
  /** Number of times that an engine is killed. Default: 4, one of each kind. */
  readonly kills: number;
  /** Seed of the random moments. Default: another one each time; it is in the tests' titles. */
  readonly seed: number;
}

/** @throws Error with the variable that is wrong */
export function killSettings(environment: NodeJS.ProcessEnv = process.env): KillSettings {
  return {
    kills: whole(environment, "PERIGEE_KILLS", 4),
    seed: whole(environment, "PERIGEE_SEED", Date.now() % 1_000_000),
  };
}

function whole(environment: NodeJS.ProcessEnv, name: string, fallback: number): number {
  const given = environment[name];
  if (given === undefined || given === "") return fallback;
  if (!/^\d{1,9}$/.test(given)) throw new Error(`${name} is "${given}"; allowed: a whole number from 0 on`);
  return Number(given);
}
