/** Random alert settings, as a user may write them: most are right, some nearly. */
import fc from "fast-check";

/** Mostly what a setting wants, sometimes text that only looks like it. */
const mostly = (right: fc.Arbitrary<string>, nearly: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.oneof({ weight: 30, arbitrary: right }, { weight: 1, arbitrary: nearly });

const path = fc.webPath({ size: "small" });
const url = mostly(
  fc.oneof(
    fc.webUrl({ validSchemes: ["http", "https"], withQueryParameters: true, withFragments: true }),
    fc
      .tuple(fc.ipV4(), fc.integer({ min: 1, max: 65_535 }), path)
      .map(([ip, port, rest]) => `http://${ip}:${port}${rest}`),
    fc.tuple(fc.ipV6(), path).map(([ip, rest]) => `http://[${ip}]${rest}`),
    path.map((rest) => `https://user:p%40ss@hooks.example.org${rest}`),
  ),
  fc.string().map((rest) => `https://example.org/${rest}`),
);
const address = mostly(
  fc.emailAddress({ size: "small" }).map((given) => given.replaceAll(/[{}]/g, "-")),
  fc.string().map((name) => `${name}@example.org`),
);
const port = fc.integer({ min: 1, max: 65_535 });
const server = fc.tuple(fc.oneof(fc.domain(), fc.ipV4()), port).map(([host, number]) => `${host}:${number}`);
const text = fc.oneof(fc.string({ minLength: 1 }), fc.string({ minLength: 1, unit: "binary" }));
const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(value, { nil: undefined });

const receiver = fc
  .record(
    {
      slack: fc.record({
        url,
        channel: mostly(
          fc.stringMatching(/^#[a-z0-9_-]{1,20}$/),
          text.map((name) => `#${name}`),
        ),
      }),
      pagerDuty: fc.record(
        { routingKey: fc.stringMatching(/^[A-Za-z0-9]{32}$/), region: fc.constantFrom("us", "eu") },
        { requiredKeys: ["routingKey"] },
      ),
      email: fc.record({ to: fc.oneof(address, fc.array(address, { minLength: 1, maxLength: 4 })) }),
      webhook: fc.record({ url }),
    },
    { requiredKeys: [] },
  )
  .filter((ways) => Object.keys(ways).length > 0);

const mail = fc
  .record({
    server,
    from: address,
    login: maybe(fc.record({ username: text, password: text })),
    requireTls: maybe(fc.boolean()),
    hello: maybe(fc.domain()),
  })
  .map(({ login, ...rest }) => ({ ...rest, ...(rest.requireTls !== false && login) }));

const namesOf = (count: number): string[] => Array.from({ length: count }, (_, index) => `r${index}`);

/** Each receiver has a route of its own team and severity, as far as there are any; the last is the default. */
const matches = ["flight-control", "ground-segment"].flatMap((team) =>
  ["critical", "warning", "info"].map((severity) => ({ team, severity })),
);

export const randomAlerting: fc.Arbitrary<Readonly<Record<string, unknown>>> = fc
  .record({
    receivers: fc.array(receiver, { maxLength: 5 }),
    mail,
    watchdogUrl: maybe(url),
    groupWaitSeconds: fc.integer({ min: 0, max: 600 }),
    groupIntervalSeconds: fc.integer({ min: 1, max: 3600 }),
    repeatHours: fc.integer({ min: 1, max: 168 }),
  })
  .map(({ receivers, ...rest }) => {
    const names = namesOf(receivers.length);
    return {
      ...rest,
      receivers: receivers.map((each, index) => ({ name: names[index], ...each })),
      routes: names.slice(0, -1).map((name, index) => ({ ...matches[index], receiver: name })),
      defaultReceiver: names.at(-1) ?? "nobody",
    };
  });
