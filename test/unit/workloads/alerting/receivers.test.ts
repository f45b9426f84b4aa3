import assert from "node:assert/strict";
import { routing } from "../../../../workloads/alerting/routing";
import { Amtool } from "../../../support/workloads/amtool";
import { alerting, secrets, settingsWith } from "../../../support/workloads/settingsExamples";

const configOf = (given: Readonly<Record<string, unknown>>) =>
  routing(settingsWith({ alerting: { ...alerting, ...given } }).monitoring.alerting);
const ground = (to: unknown) => [{ name: "ground", email: { to } }];
const mailsOf = (given: Readonly<Record<string, unknown>>) =>
  configOf({ routes: [], defaultReceiver: "ground", ...given }).receivers.flatMap(
    (each) => each.email_configs ?? [],
  );

describe("what receivers get", function () {
  this.timeout(180_000);
  let amtool: Amtool;
  before(async () => {
    amtool = await Amtool.open();
  });
  after(() => amtool.close());

  const pager = (given: object = {}) => {
    const receivers = [{ name: "pager", pagerDuty: { routingKey: secrets.routingKey, ...given } }];
    const config = configOf({ receivers, routes: [], defaultReceiver: "pager", mail: undefined });
    return config.receivers.flatMap((each) => each.pagerduty_configs ?? [])[0] ?? {};
  };

  describe("PagerDuty", () => {
    it("is told of two parameters at once, which have no summary in common", async () => {
      const common = { alertname: "BusParameterRed" };
      const alerts = [{ summary: "battery below" }, { summary: "bus below" }];
      assert.equal(
        await amtool.render(pager()["description"], { alerts, common }),
        "FIRING (2): BusParameterRed; battery below; bus below",
      );
    });

    for (const [given, told] of [
      ["critical", "critical"],
      ["error", "error"],
      ["warning", "warning"],
      ["info", "info"],
      ["Critical", "critical"],
      ["page", "error"],
      ["none", "error"],
      ["high", "error"],
      ["critical ", "error"],
      ["", "error"],
      [undefined, "error"],
    ] as const) {
      it(`gets severity ${told}, one of its four, for an alert of severity ${JSON.stringify(given)}`, async () => {
        const common: Record<string, string> = given === undefined ? {} : { severity: given };
        assert.equal(await amtool.render(pager()["severity"], { alerts: [{}], common }), told);
      });
    }

    it("is called in the region of the account, in the United States by default", () => {
      const { url } = pager();
      assert.equal(url, "https://events.pagerduty.com/v2/enqueue");
      assert.equal(pager({ region: "eu" })["url"], "https://events.eu.pagerduty.com/v2/enqueue");
    });
  });

  it("Slack gets a text of at most twenty alerts, with the number of all of them", async () => {
    const [slack] = configOf({}).receivers.flatMap((each) => each.slack_configs ?? []);
    const text = async (count: number): Promise<string> => {
      const alerts = Array.from({ length: count }, (_, index) => ({ summary: `alert ${index + 1};` }));
      return amtool.render(slack?.["text"], { alerts, common: {} });
    };
    const many = await text(200);
    assert.equal(many.match(/alert \d+;/g)?.length, 20);
    assert.match(many, /200 alerts in all, 20 shown/);
    assert.doesNotMatch(await text(20), /in all/);
  });

  describe("Slack", () => {
    const slack = () => configOf({}).receivers.flatMap((each) => each.slack_configs ?? [])[0] ?? {};
    /** Fields that Slack reads as Markdown; where the list is empty, Alertmanager sends this one. */
    const markdown = (): readonly unknown[] => {
      const fields = slack()["mrkdwn_in"];
      return Array.isArray(fields) && fields.length > 0 ? fields : ["fallback", "pretext", "text"];
    };
    /** What a reader sees: the three references are all that Slack decodes, `<` and `>` are links and mentions. */
    const seen = (sent: string): string => {
      assert.doesNotMatch(sent, /[<>]|&(?!amp;|lt;|gt;)/);
      if (markdown().includes("text")) assert.doesNotMatch(sent, /[*_~`]/);
      return sent.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
    };
    const awkward = [
      "*bold* _it_ ~no~ `code`",
      "<b>bold</b> & &lt;done&gt;",
      "<!channel> <@U1> <#C1>",
      "<https://evil.example|status page> a>b $1 ${1}",
    ];

    for (const text of awkward) {
      it(`shows ${text} of a dictionary, an alert's name or a runbook's address as it was written`, async () => {
        const alerts = [
          { summary: text, description: `${text}: 1V`, runbook_url: `https://wiki.example/?${text}` },
        ];
        const common = { alertname: text };
        assert.equal(
          seen(await amtool.render(slack()["text"], { alerts, common })),
          `${text}\n${text}: 1V\nhttps://wiki.example/?${text}\n`,
        );
        assert.equal(seen(await amtool.render(slack()["title"], { alerts, common })), `FIRING (1): ${text}`);
      });
    }

    it("is told so in a configuration that Alertmanager loads", () => amtool.check(configOf({})));
  });

  describe("mail", () => {
    it("goes to each recipient on its own, so that a refused one does not silence the others", async () => {
      const given = { receivers: ground(["a@example.org", "b@example.org"]) };
      assert.deepEqual(
        mailsOf(given).map(({ to }) => to),
        ["a@example.org", "b@example.org"],
      );
      await amtool.check(configOf({ routes: [], defaultReceiver: "ground", ...given }));
    });

    it("asks for TLS unless the settings say that the relay has none", () => {
      const receivers = ground("a@example.org");
      assert.deepEqual(
        mailsOf({ receivers }).map((each) => each["require_tls"]),
        [true],
      );
      const mail = { server: "relay.example.org:25", from: "alerts@example.org", requireTls: false };
      assert.deepEqual(
        mailsOf({ receivers, mail }).map((each) => each["require_tls"]),
        [false],
      );
    });

    it("greets with the name that a strict relay wants, by default with Alertmanager's own", () => {
      const receivers = ground("a@example.org");
      const greeting = (hello?: string) =>
        mailsOf({ receivers, mail: { ...alerting.mail, ...(hello !== undefined && { hello }) } })[0];
      assert.equal(greeting("alerts.example.org")?.["hello"], "alerts.example.org");
      assert.ok(!("hello" in (greeting() ?? {})));
    });
  });
});
