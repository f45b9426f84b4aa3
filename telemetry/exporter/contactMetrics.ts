/** Metrics of the contact plan and of the signal between its contacts. They exist where there is a plan. */
import type { ContactState } from "../contacts";
import { exporterMetricNames as names } from "../dictionary";
import type { MetricsArgs } from "./metrics";
import { type Registry, type Sample, SampledGauge } from "./sampledMetric";

export function registerContacts(registry: Registry, { state, spacecraft, clock }: MetricsArgs): void {
  const { contacts } = state;
  if (!contacts) return;
  const labels = { spacecraft };
  const gauge = (
    name: string,
    help: string,
    unit: string,
    value: (now: number) => number | undefined,
  ): unknown =>
    new SampledGauge({ name, help, unit, registers: [registry] }, (): Sample[] => {
      const now = value(clock());
      return now === undefined || Number.isNaN(now) ? [] : [{ labels, value: now }];
    });
  const ofPlan =
    (value: (contact: ContactState) => number | undefined) =>
    (now: number): number | undefined => {
      const contact = contacts.plan?.state(now);
      return contact && value(contact);
    };
  gauge(
    names.contactExpected,
    "1 from AOS to LOS of a planned contact, 0 between contacts; absent where the plan has ended",
    "",
    ofPlan(({ span }) => (span.isContact ? 1 : 0)),
  );
  gauge(
    names.nextAos,
    "Seconds to the AOS of the next planned contact",
    "seconds",
    ofPlan(({ secondsToAos }) => secondsToAos),
  );
  gauge(
    names.lastLos,
    "Seconds since the LOS of the last planned contact",
    "seconds",
    ofPlan(({ secondsSinceLos }) => secondsSinceLos),
  );
  gauge(
    names.signalExpected,
    "Seconds for which a signal has been expected: within a contact, but for a minute at each end",
    "seconds",
    ofPlan(({ signalExpectedFor }) => signalExpectedFor),
  );
  gauge(
    names.planLeft,
    "Seconds to the end of the contact plan; 0: it has ended, or is empty",
    "seconds",
    (now) => (contacts.plan ? Math.max(0, (contacts.plan.end ?? 0) - now) : undefined),
  );
  gauge(
    names.planAge,
    "Seconds since the contact plan was read without a fault in it; before that, since the start",
    "seconds",
    (now) => now - contacts.readAt,
  );
  gauge(
    names.silence,
    "Length of the last time without a live packet of any kind, where it was above a minute; 0: none yet",
    "seconds",
    () => state.signal.silence,
  );
  gauge(
    names.signalAcquired,
    "When the first live packet after that time was received, seconds since 1970; 0: none yet",
    "seconds",
    () => state.signal.acquired,
  );
}
