import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { chromiumPath, type OpenPage, openPage } from "../../support/telemetry/browser";
import { fly, type ServedPage, servePage } from "../../support/telemetry/flownPage";
import { source } from "../../support/telemetry/streams";
import { EventBench, example } from "../../unit/telemetry/events/eventBench";

/**
 * The page in a real browser. Debian: apt-get install chromium. With CI=true a missing browser is a failure.
 */
/** What a test looks at of an element: the DOM's own types are not this program's. */
interface Part {
  getBoundingClientRect(): { readonly left: number; readonly right: number };
}

describe("the page for people, in headless Chromium", function () {
  this.timeout(60_000);
  let served: ServedPage;
  let open: OpenPage;

  before(async function () {
    if (!existsSync(chromiumPath) && process.env.CI !== "true") {
      process.stdout.write(
        `    SKIPPED: no browser at ${chromiumPath}; set CI=true to make this a failure\n`,
      );
      return this.skip();
    }
    served = await servePage();
    open = await openPage(served.url);
  });
  after(async () => {
    await open?.close();
    await served?.stop();
  });

  const cells = (metric: string): Promise<string[]> => open.page.locator(`#${metric} td`).allTextContents();
  const condition = (metric: string): Promise<string | null> =>
    open.page.locator(`#${metric}`).getAttribute("class");
  const battery = "bus_power_battery_voltage_volts";

  it("shows every parameter with value, unit, age and state, and no error on its console", async () => {
    await open.page.waitForSelector("#summary.stale");
    assert.equal(await open.page.locator("#summary").textContent(), "no packet yet");
    fly(served, "nominal", 5);
    await open.page.waitForSelector("#summary.nominal");
    assert.match((await open.page.locator("#signal").textContent()) ?? "", /^\d+\.\d s ago$/);
    assert.equal(await open.page.locator("#alarms a").count(), 0);
    assert.equal(await open.page.locator("main tr[id]").count(), 88);
    const [name, value, unit, , , age, state] = await cells(battery);
    assert.equal(name, "battery voltage");
    assert.match(value ?? "", /^16\.\d{2}$/);
    assert.equal(unit, "V");
    assert.match(age ?? "", /^\d+\.\d s$/);
    assert.equal(state, "nominal");
    assert.equal((await cells("bus_power_regulator_state")).at(-1), "", "no limits, no judgement");
    assert.match(
      (await cells("bus_power_battery_state_of_charge_ratio")).slice(1, 3).join(" "),
      /^9\d\.\d %$/,
    );
    assert.match((await cells("bus_attitude_magnetic_field_z_teslas"))[2] ?? "", /^[µn]T$/);
    assert.deepEqual(open.consoleErrors, []);
  });

  it("draws the recent past of a number as a line, and says its range", async () => {
    const plot = open.page.locator(`#${battery} .plot`);
    await plot.locator("path").waitFor({ state: "attached", timeout: 20_000 });
    assert.match((await plot.locator("path").getAttribute("d")) ?? "", /^M\S+ \S+L/);
    assert.match(
      (await plot.locator("title").textContent()) ?? "",
      /^16\.\d+ V to 16\.\d+ V in the last ten minutes$/,
    );
    assert.equal(
      await open.page.locator("#bus_power_regulator_state .plot").count(),
      0,
      "a state is no line",
    );
    assert.deepEqual(open.consoleErrors, []);
  });

  it("draws limits as a bar with the value's mark in its green part", async () => {
    const bar = open.page.locator(`#${battery} .bar`);
    assert.equal(await bar.locator("i").count(), 5);
    // In one look: the page draws the bar again with every answer of the exporter.
    const [mark, green] = await bar.evaluate((element: unknown) => {
      const parts = (element as { children: Iterable<Part> }).children;
      const [, , third, , , last] = [...parts].map((part) => part.getBoundingClientRect());
      return [last, third].map((box) => ({ left: box?.left ?? NaN, right: box?.right ?? NaN }));
    });
    assert.ok(mark && green && mark.left > green.left && mark.left < green.right);
    assert.match((await bar.getAttribute("title")) ?? "", /yellow low 14\.4/);
  });

  it("refreshes by itself: an alarm appears without a reload", async () => {
    fly(served, "battery-undervoltage", 110);
    await open.page.waitForSelector(`#${battery}.red`);
    assert.match((await open.page.locator("#summary").textContent()) ?? "", /^\d+ red, \d+ yellow$/);
    assert.equal(
      await open.page.locator(`#alarms a.red[href="#${battery}"]`).textContent(),
      `power: battery voltage ${(await cells(battery))[1]} V (red low 13.20 V)`,
    );
    assert.equal(await condition("bus_orbit_latitude_degrees"), "nominal");
  });

  it("leads from one spacecraft of an exporter to the other", async () => {
    const fleet = await servePage(
      ["alpha", "beta"].map((name) => source(`udp://127.0.0.1:0?spacecraft=${name}`)),
    );
    const opened = await openPage(fleet.url);
    const { page, consoleErrors } = opened;
    const shown = (): Promise<string | null> => page.locator("#spacecraft").textContent();
    try {
      await page.locator("#fleet a").filter({ hasText: "beta" }).click();
      await page.locator("#fleet a").filter({ hasText: "alpha" }).waitFor();
      assert.equal(await shown(), "beta");
      assert.deepEqual(consoleErrors, []);
    } finally {
      await opened.close();
      await fleet.stop();
    }
  });

  it("shows the newest on-board events, as what they are: text", async () => {
    const bench = new EventBench(example("cfs-evs"), "long_event");
    const withEvents = await servePage([], bench.dictionary);
    const opened = await openPage(withEvents.url);
    const { page, consoleErrors } = opened;
    const rows = page.locator("section").filter({ hasText: "events" }).locator("tr");
    try {
      await rows.filter({ hasText: "no event yet" }).waitFor();
      bench.now = Date.now() / 1000;
      const message = "<img src=x onerror=alert(1)> Table is full";
      for (const [event, age] of [
        [{ severity: "info", id: 1, source: "CFE_ES", message: "started" }, 5_000],
        [{ severity: "critical", id: 42, source: "CFE_TBL", message }, 0],
      ] as const) {
        withEvents.exporter.state.receive(bench.packet(event, age), bench.now);
      }
      const newest = rows.filter({ hasText: message });
      await newest.waitFor();
      assert.equal(await newest.getAttribute("class"), "red");
      assert.equal(await rows.first().textContent(), await newest.textContent());
      assert.match((await newest.textContent()) ?? "", /^\d{4}-\d\d-\d\d [\d:]{8}.*CFE_TBL 42critical$/);
      assert.equal(await rows.filter({ hasText: "started" }).count(), 1);
      // A clock far outside of all calendars: the page goes on, and says the number.
      const { recent = [] } = withEvents.exporter.state.events ?? {};
      const [last] = recent;
      assert.ok(last);
      recent.unshift({ ...last, message: "wrong clock", onboardTime: 1e15 });
      await rows.filter({ hasText: "wrong clock" }).filter({ hasText: "1000000000000000 s" }).waitFor();
      assert.equal(await page.locator("#lost").isVisible(), false);
      assert.deepEqual(consoleErrors, []);
    } finally {
      await opened.close();
      await withEvents.stop();
    }
  });

  it("says so when the exporter no longer answers", async () => {
    assert.equal(await open.page.locator("#lost").isVisible(), false);
    await served.stop();
    await open.page.waitForSelector("#lost", { state: "visible" });
  });
});
