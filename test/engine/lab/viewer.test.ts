import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { dashboards } from "../../../dashboards";
import { loadDictionary } from "../../../telemetry/dictionary";
import { chromiumPath, type OpenPage, openPage } from "../../support/telemetry/browser";
import { ViewedDashboards } from "./viewedDashboards";

/** Panels that show nothing, and why. */
const empty: Readonly<Record<string, string>> = {
  "Lost on links (per 5 minutes)": "nothing is lost",
  "Planned contacts": "there is no contact plan",
  "Decode errors (per 5 minutes)": "no packet was damaged: the exporter has no series of it",
  Alarms: "the subsystem has no alarm",
  "Alarms over time": "an alarm comes only when it has lasted, after this test",
};

/** A dashboard of what Perigee's do not have. */
const odd = {
  uid: "odd",
  title: "Odd things",
  time: { from: "now-5m", to: "now" },
  templating: {
    list: [
      { name: "job", type: "query", query: "label_values(up, job)", multi: true, includeAll: true },
      { name: "size", type: "custom", query: "one : 1,two : 20" },
    ],
  },
  panels: [
    panel(1, "Broken", "timeseries", { targets: [{ refId: "A", expr: "up{" }] }),
    panel(2, "Pie", "piechart", {}),
    panel(3, "Words", "text", { options: { content: "**size** $size <img src=x onerror=alert(1)>" } }),
    panel(4, "Limits", "stat", {
      targets: [{ refId: "A", expr: 'max(up{job=~"$job"}) * $size', instant: true }],
      fieldConfig: {
        defaults: {
          links: [{ title: "go", url: "/d/perigee-fleet?v=${__value.raw}" }],
          thresholds: { mode: "absolute", steps: [step(null, "green"), step(3, "yellow"), step(10, "red")] },
        },
        overrides: [],
      },
    }),
    {
      id: 5,
      type: "row",
      title: "More",
      collapsed: true,
      gridPos: { x: 0, y: 5, w: 24, h: 1 },
      panels: [
        {
          ...panel(6, "Inside", "stat", { targets: [{ refId: "A", expr: "vector(1)", instant: true }] }),
          gridPos: { x: 0, y: 6, w: 6, h: 4 },
        },
      ],
    },
  ],
};

function panel(id: number, title: string, type: string, more: object): object {
  return { id, title, type, gridPos: { x: (id - 1) * 6, y: 0, w: 6, h: 5 }, ...more };
}

function step(value: number | null, color: string): object {
  return { value, color };
}

/** Grafana's colours of these names in its dark theme. */
const colours = { green: "rgb(115, 191, 105)", red: "rgb(242, 73, 92)" };

/** What the tests look at of an element: the DOM's own types are not this program's. */
interface Part {
  getAttribute(name: string): string | null;
}

describe("the lab's dashboard viewer, in headless Chromium", function () {
  // Grafana's packages are installed and bundled where the cache does not have the viewer.
  this.timeout(300_000);
  let viewed: ViewedDashboards | undefined;
  let open: OpenPage | undefined;

  before(async function () {
    if (!existsSync(chromiumPath) && process.env.CI !== "true") {
      process.stdout.write(
        `    SKIPPED: no browser at ${chromiumPath}; set CI=true to make this a failure\n`,
      );
      return this.skip();
    }
    viewed = await ViewedDashboards.start([odd]);
    open = await openPage(viewed.url, { width: 1400, height: 3400 });
  });
  after(async () => {
    await open?.close();
    await viewed?.stop();
  });

  const parts = (): { page: OpenPage["page"]; url: string; consoleErrors: string[] } => {
    assert.ok(viewed && open, "not started");
    return { page: open.page, url: viewed.url, consoleErrors: open.consoleErrors };
  };

  /** What each panel of a dashboard shows once all have their answers. */
  async function shown(path: string): Promise<[title: string, state: string][]> {
    const { page, url } = parts();
    await page.goto(`${url}${path}`);
    await page.waitForSelector("[data-panel]");
    await page.waitForSelector('[data-panel][data-state="loading"]', { state: "detached", timeout: 20_000 });
    return page.$$eval("[data-panel]", (found) =>
      (found as unknown as Part[]).map((part) => [
        part.getAttribute("data-panel") ?? "",
        part.getAttribute("data-state") ?? "",
      ]),
    );
  }

  for (const { uid = "", title, panels = [] } of dashboards(loadDictionary())) {
    it(`shows "${title}": every panel has data, or a reason to have none, and the console no error`, async () => {
      const { consoleErrors } = parts();
      const states = await shown(`/d/${uid}?from=now-5m&to=now`);
      assert.equal(states.length, panels.length);
      assert.deepEqual(
        states.filter(([name, state]) => state !== "data" && !(state === "empty" && name in empty)),
        [],
      );
      assert.deepEqual(consoleErrors, []);
    });
  }

  it("says what it is, and starts at the home dashboard", async () => {
    const { page, url } = parts();
    await page.goto(url);
    await page.waitForSelector("text=Perigee's read-only dashboard viewer, not Grafana");
    assert.match(page.url(), /\/d\/perigee-fleet$/);
    await page.getByRole("heading", { name: "Fleet overview", exact: true, level: 1 }).waitFor();
  });

  it("colours values as the dashboard's mappings and thresholds say", async () => {
    const { page } = parts();
    await shown("/d/perigee-spacecraft?from=now-5m&to=now");
    const colour = (name: string, text: string | RegExp): Promise<string> =>
      page
        .locator(`[data-panel="${name}"]`)
        .getByText(text, { exact: true })
        .first()
        .evaluate(
          (element) =>
            `${(globalThis as unknown as { getComputedStyle(of: unknown): { color: string } }).getComputedStyle(element).color}`,
        );
    assert.equal(await colour("Power", /^16\./), colours.green);
    await shown("/d/odd?var-size=20");
    assert.equal(await colour("Limits", "20"), colours.red);
    await shown("/d/odd?var-size=1");
    assert.equal(await colour("Limits", "1"), colours.green);
    await shown("/d/perigee-fleet?from=now-5m&to=now");
    assert.equal(await colour("Spacecraft", "SAFE"), colours.red);
  });

  it("follows a link with variables and time, in the same page, and finds the way back", async () => {
    const { page } = parts();
    await shown("/d/perigee-fleet?from=now-5m&to=now");
    await page.evaluate("window.samePage = true");
    await page.getByRole("link", { name: "perigee-1" }).first().click();
    await page.getByRole("heading", { name: "Spacecraft", exact: true, level: 1 }).waitFor();
    assert.match(
      page.url(),
      /\/d\/perigee-spacecraft\?var-spacecraft=perigee-1&var-datasource=prometheus&from=now-5m&to=now$/,
    );
    await page.goBack();
    await page.getByRole("heading", { name: "Fleet overview", exact: true, level: 1 }).waitFor();
    assert.equal(await page.evaluate("window.samePage"), true);
  });

  it("shows Prometheus' words for a query that is wrong, and says what it does not draw", async () => {
    const { page, consoleErrors } = parts();
    const states = new Map(await shown("/d/odd"));
    consoleErrors.length = 0;
    assert.equal(states.get("Broken"), "error");
    await page
      .locator('[data-panel="Broken"]')
      .getByText(/parse error/)
      .waitFor();
    await page.getByText("This viewer does not draw panels of type piechart").waitFor();
    await page.locator('[data-panel="Words"] strong', { hasText: "size" }).waitFor();
    assert.equal(await page.locator("[onerror]").count(), 0);
    assert.equal(
      await page.getByRole("link", { name: /./ }).and(page.locator('[href^="/d/perigee-fleet?v=1"]')).count(),
      1,
    );
    assert.equal(await page.locator('[data-panel="Inside"]').count(), 0);
    await page.getByRole("button", { name: "More" }).click();
    await page.locator('[data-panel="Inside"][data-state="data"]').waitFor();
  });

  it("needs little memory, and ends at SIGTERM", async () => {
    assert.ok(viewed);
    const memory = await viewed.memoryMiB();
    assert.ok(memory < 192, `${Math.round(memory)} MiB, more than Grafana's request`);
    assert.equal(await viewed.end(), 0);
  });
});
