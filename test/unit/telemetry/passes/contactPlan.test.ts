import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { type Contact, ContactPlan, PlanError, PlanSource, readPlan } from "../../../../telemetry/contacts";
import { readNavigationMessage } from "../../../../telemetry/contacts/navigationMessage";
import type { Log } from "../../../../telemetry/log";

const contact = (start: number, end: number, station = "a"): Contact => ({ start, end, station });

describe("a contact plan", () => {
  it("knows contacts, the time to the next and since the last, and nothing behind its end", () => {
    const plan = new ContactPlan([contact(6_000, 6_600, "b"), contact(0, 600)]);
    assert.deepEqual(plan.state(-100), {
      span: { isContact: false, start: -Infinity, end: 0, stations: [] },
      signalExpectedFor: undefined,
      secondsToAos: 100,
      secondsSinceLos: undefined,
    });
    assert.deepEqual(plan.state(100), {
      span: { isContact: true, start: 0, end: 600, stations: ["a"] },
      signalExpectedFor: 40,
      secondsToAos: 5_900,
      secondsSinceLos: undefined,
    });
    assert.deepEqual(plan.state(1_000), {
      span: { isContact: false, start: 600, end: 6_000, stations: [] },
      signalExpectedFor: undefined,
      secondsToAos: 5_000,
      secondsSinceLos: 400,
    });
    assert.equal(plan.state(6_100)?.secondsSinceLos, 5_500);
    assert.equal(plan.state(6_100)?.secondsToAos, undefined);
    assert.equal(plan.state(6_600), undefined);
    assert.equal(new ContactPlan([]).state(0), undefined);
  });

  it("expects a signal but for a minute at both ends, of a short contact a fifth of it", () => {
    const expected = (plan: ContactPlan, length: number): number[] =>
      Array.from({ length }, (_, i) => i).filter((at) => plan.state(at)?.signalExpectedFor !== undefined);
    const long = expected(new ContactPlan([contact(0, 600)]), 600);
    assert.deepEqual([long[0], long.at(-1)], [60, 539]);
    const short = expected(new ContactPlan([contact(0, 100)]), 100);
    assert.deepEqual([short[0], short.at(-1)], [20, 79]);
  });

  it("is, at any time, what its contacts say one by one: of several stations they are one", () => {
    const contacts = fc.array(
      fc.record({
        start: fc.nat(1_000),
        length: fc.integer({ min: 1, max: 200 }),
        station: fc.constantFrom("a", "b"),
      }),
      { maxLength: 20 },
    );
    fc.assert(
      fc.property(contacts, fc.array(fc.nat(1_400), { maxLength: 40 }), (given, moments) => {
        const all = given.map(({ start, length, station }) => contact(start, start + length, station));
        const plan = new ContactPlan(all);
        const end = Math.max(-1, ...all.map((each) => each.end));
        for (const now of moments) {
          const seen = all.filter((each) => each.start <= now && now < each.end);
          const span = plan.at(now);
          assert.equal(span === undefined, now >= end);
          if (!span) continue;
          // Two that touch are one.
          assert.equal(span.isContact, seen.length > 0);
          assert.ok(span.start <= now && now < span.end);
          for (const { station } of seen) assert.ok(span.stations.includes(station));
          const next = Math.min(
            ...all
              .map(({ start }) => start)
              .filter((start) => start > now && start > (span.isContact ? span.end : now)),
          );
          assert.equal(plan.state(now)?.secondsToAos, Number.isFinite(next) ? next - now : undefined);
        }
      }),
    );
  });
});

describe("the text of a contact plan", () => {
  const expected = [
    {
      start: Date.UTC(2026, 10, 27, 8, 15) / 1000,
      end: Date.UTC(2026, 10, 27, 8, 25, 30) / 1000,
      station: "svalbard",
    },
  ];
  for (const [form, text] of [
    ["YAML", "- { start: 2026-11-27T08:15:00Z, end: 2026-11-27T08:25:30Z, station: svalbard }"],
    [
      "YAML below a key",
      "contacts:\n  - start: 2026-11-27T09:15:00+01:00\n    end: 2026-331T08:25:30Z\n    station: svalbard\n",
    ],
    [
      "JSON of another program",
      '[{"id": 7, "start": "2026-11-27T08:15:00Z", "end": "2026-11-27T08:25:30Z", "station": "svalbard"}]',
    ],
    [
      "CSV",
      "# made by hand\nstation,start,end,orbit\nsvalbard,2026-11-27T08:15Z,2026-11-27T08:25:30Z,8123\n",
    ],
    [
      "CSV with commas in quotes, in columns of another program",
      'note,start,end,"max. ""el""",station\n"low, windy",2026-11-27T08:15Z,2026-11-27T08:25:30Z,"5,5 deg",svalbard\n',
    ],
    [
      "CSV with quotes and CRLF",
      '"start","end","station"\r\n"2026-331T08:15:00Z","2026-331T08:25:30.000Z","svalbard"\r\n',
    ],
  ] as const) {
    it(`is ${form}`, () => assert.deepEqual(readPlan(text, "sat-1"), expected));
  }

  it("may have its columns in capitals, and any line ends", () => {
    const text = "Start,END,Station\n2026-11-27T08:15:00Z,2026-11-27T08:25:30Z,svalbard\n";
    for (const each of [text, text.replaceAll("\n", "\r"), text.replaceAll("\n", "\r\n")]) {
      assert.deepEqual(readPlan(each, "sat-1"), expected);
    }
  });

  it("that is none, and begins with many words of a comment, is soon seen to be none", () => {
    assert.equal(readNavigationMessage(`${"COMMENT ".repeat(32)}x`), undefined);
  });

  it("that is none, and has many keys, is soon seen to be none", () => {
    const keys = Array.from({ length: 20_000 }, (_, i) => `k${i}: 1`).join("\n");
    const start = performance.now();
    assert.throws(() => readPlan(keys, "a"), /must be a list of contacts/);
    assert.ok(performance.now() - start < 5_000, "quadratic in the number of keys");
  });

  it("that is none, of any megabyte that an address answers, is soon refused", () => {
    for (const part of ["[", '"', "{ ", "- ", ": ", "? ", "a: b: c\n", "[\n", "- &a\n", "\n", "#\n"]) {
      const text = part.repeat(1_048_576 / part.length);
      const start = performance.now();
      assert.throws(() => readPlan(text, "a"), PlanError, part);
      assert.ok(
        performance.now() - start < 2_000,
        `${JSON.stringify(part)}: ${performance.now() - start} ms`,
      );
    }
  }).timeout(60_000);

  it("has no key twice", () => {
    assert.throws(() => readPlan("- { start: a, end: b, start: c }", "a"), /duplicated mapping key \(1:23\)/);
  });

  it("has the contacts of other spacecraft too, which are left aside", () => {
    const text =
      "start,end,station,spacecraft\n2026-11-27T08:15:00Z,2026-11-27T08:25:30Z,svalbard,sat-1\n2026-11-27T09:00:00Z,2026-11-27T09:10:00Z,svalbard,sat-2\n";
    assert.deepEqual(readPlan(text, "sat-1"), expected);
  });

  it("takes null for a station or spacecraft that is not given", () => {
    const times = { start: "2026-11-27T08:15:00Z", end: "2026-11-27T08:25:00Z" };
    const plan = (more: object): Contact[] => readPlan(JSON.stringify([{ ...times, ...more }]), "sat-1");
    assert.equal(plan({})[0]?.station, "");
    for (const more of [{ station: null }, { station: null, spacecraft: null }, { spacecraft: null }]) {
      assert.deepEqual(plan(more), plan({}), JSON.stringify(more));
    }
  });

  it("is refused with every problem, each with its contact, what was given and what is allowed", () => {
    const text = `
- { start: 2026-11-27T08:15:00, end: 2026-02-30T00:00:00Z }
- { end: 2026-11-27T08:15:00Z }
- { start: 2026-11-27T08:15:00Z, end: 2026-11-27T08:15:00Z }
- 17
- { start: 2026-366T00:00:00Z, end: 2026-11-27T25:00:00Z }
`;
    const form = "a time with its zone, as 2026-11-27T08:15:30Z or 2026-331T08:15:30Z";
    assert.throws(
      () => readPlan(text, "s"),
      (error) => {
        assert.ok(error instanceof PlanError);
        assert.deepEqual(error.problems, [
          `contact 1: start must be ${form}, not "2026-11-27T08:15:00"`,
          `contact 1: end must be ${form}, not "2026-02-30T00:00:00Z"`,
          `contact 2: start must be ${form}`,
          "contact 3: end must be after start",
          "contact 4: must have start and end",
          `contact 5: start must be ${form}, not "2026-366T00:00:00Z"`,
          `contact 5: end must be ${form}, not "2026-11-27T25:00:00Z"`,
        ]);
        return true;
      },
    );
  });

  for (const [what, text, message] of [
    ["a plan that is none", "hello", /must be a list of contacts/],
    ["broken YAML", "- {", /is neither YAML nor JSON: /],
    ["a line of a CSV", "start,end\n2026-11-27T08:15:00Z,\n", /line 2: end must be a time/],
    [
      "more contacts than can be",
      `start,end\n${"a,b\n".repeat(20_001)}`,
      /has 20001 contacts, at most 20000/,
    ],
    ["hundreds of problems", `start,end\n${"a,b\n".repeat(200)}`, /and 380 more problems$/],
  ] as const) {
    it(`is refused: ${what}`, () => assert.throws(() => readPlan(text, "s"), message));
  }
  it("of anything at all is a plan or one error, never a crash", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 200 }), (text) => {
        try {
          readPlan(text, "s");
        } catch (error) {
          assert.ok(error instanceof PlanError, String(error));
        }
      }),
    );
  });
});

describe("the source of a contact plan", () => {
  const told: string[] = [];
  const note = (message: string): void => void told.push(message);
  const log: Log = { info: note, warn: note, error: note };
  const line = "2026-11-27T08:15:00Z,2026-11-27T08:25:30Z,svalbard\n";
  let now = 100;
  const args = { spacecraft: "s", log, clock: () => now };
  beforeEach(() => told.splice(0));

  it("is a file that is read again; the last good plan is kept, and the failure told once", async () => {
    const folder = await mkdtemp(join(tmpdir(), "perigee-plan-"));
    try {
      const place = join(folder, "contacts.csv");
      await writeFile(place, `start,end,station\n${line}`);
      const source = await PlanSource.open({ ...args, place });
      source.close();
      assert.deepEqual([source.plan?.count, source.readAt], [1, 100]);
      await writeFile(place, "start,end,station\nnow,then,there\n");
      now = 200;
      await source.read();
      await source.read();
      assert.deepEqual([source.plan?.count, source.readAt], [1, 100]);
      assert.deepEqual(told, ["the contact plan cannot be read"]);
      await writeFile(place, `start,end,station\n${line}${line.replaceAll("T08", "T10")}`);
      await source.read();
      assert.deepEqual([source.plan?.count, source.readAt], [2, 200]);
      assert.deepEqual(told.slice(1), ["the contact plan can be read again"]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it("is of several spacecraft in one reading: each has its own contacts and everybody's", async () => {
    const folder = await mkdtemp(join(tmpdir(), "perigee-plan-"));
    try {
      const place = join(folder, "contacts.csv");
      const entry = (name: string, hour: string): string =>
        `${line.trim().replaceAll("T08", `T${hour}`)},${name}\n`;
      await writeFile(place, `start,end,station,spacecraft\n${entry("s", "08")}${entry("t", "10")}`);
      const source = await PlanSource.open({ ...args, place, others: ["t", "u"] });
      source.close();
      const counts = (): (number | undefined)[] => ["s", "t", "u"].map((name) => source.of(name).plan?.count);
      assert.deepEqual(counts(), [1, 1, 0]);
      const t = source.of("t");
      await writeFile(place, `start,end,station,spacecraft\n${entry("t", "10")}${entry("", "12")}`);
      now = 300;
      await source.read();
      assert.deepEqual(counts(), [1, 2, 1], "that of 12 names none");
      assert.deepEqual([t.plan?.count, t.readAt], [2, 300]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it("is refused at the start where a file is not there, is wrong or too long", async () => {
    await assert.rejects(PlanSource.open({ ...args, place: "/nowhere/plan.yaml" }), /ENOENT/);
    await assert.rejects(PlanSource.open({ ...args, place: "https://" }), /is no URL/);
  });

  const served = async (answer: RequestListener, use: (place: string) => Promise<void>): Promise<void> => {
    const server: Server = createServer(answer).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    try {
      await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}/plan`);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  };

  it("is an address, asked with the name and password of its URL", async () => {
    let authorization: string | undefined;
    await served(
      (request, response) => {
        ({ authorization } = request.headers);
        response.end(`start,end,station\n${line}`);
      },
      async (place) => {
        const source = await PlanSource.open({ ...args, place: place.replace("//", "//me:se%40cret@") });
        source.close();
        assert.equal(source.plan?.count, 1);
        assert.equal(authorization, `Basic ${Buffer.from("me:se@cret").toString("base64")}`);
      },
    );
  });

  for (const [what, answer] of [
    ["answers 500", (_request, response) => response.writeHead(500).end()],
    [
      "sends without an end",
      (_request, response) => {
        const more = (): void => {
          while (response.write(Buffer.alloc(65_536, "#")));
        };
        response.on("drain", more);
        more();
      },
    ],
    ["sends something else", (_request, response) => response.end("<html></html>")],
    ["closes the connection", (request) => request.socket.destroy()],
  ] as const satisfies readonly (readonly [string, RequestListener])[]) {
    it(`is an address that ${what}: without a plan, it goes on and asks again`, async () => {
      await served(answer, async (place) => {
        const source = await PlanSource.open({ ...args, place });
        source.close();
        assert.equal(source.plan, undefined);
        assert.equal(source.readAt, now);
        assert.deepEqual(told, ["the contact plan cannot be read"]);
      });
    });
  }
});
