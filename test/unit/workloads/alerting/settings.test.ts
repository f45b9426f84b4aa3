import assert from "node:assert/strict";
import fc from "fast-check";
import { SettingsError } from "../../../../settings/load";
import { redacted } from "../../../../settings/redact";
import { routing } from "../../../../workloads/alerting/routing";
import { Amtool } from "../../../support/workloads/amtool";
import { alerting, secrets, settingsWith } from "../../../support/workloads/settingsExamples";
import { randomAlerting } from "./randomAlerting";

const parsed = (given: unknown) => settingsWith({ alerting: given }).monitoring.alerting;

/** Problems of alert settings, as `setting: problem`; the settings' path is cut off. */
function problemsOf(given: Readonly<Record<string, unknown>>): string[] {
  try {
    parsed({ ...alerting, ...given });
    return [];
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    return error.problems
      .map(redacted)
      .map(({ setting, problem }) => `${setting.replace("monitoring.alerting.", "")}: ${problem}`);
  }
}

const mailOf = (given: object) => problemsOf({ mail: { ...alerting.mail, ...given } });
const toOf = (to: unknown) =>
  problemsOf({ receivers: [{ name: "ground", email: { to } }], routes: [], defaultReceiver: "ground" });
const webhookOf = (url: string) =>
  problemsOf({
    receivers: [{ name: "hook", webhook: { url } }],
    routes: [],
    defaultReceiver: "hook",
    mail: undefined,
  });

describe("settings of alerting that could never reach anybody are refused", () => {
  it("a login without TLS, which Alertmanager refuses or sends in clear text", () => {
    const [problem, ...more] = mailOf({ requireTls: false });
    assert.deepEqual(more, []);
    assert.match(problem ?? "", /^mail\.requireTls: does not go with a login: .*port 465/);
    assert.deepEqual(mailOf({ requireTls: false, username: undefined, password: undefined }), []);
    assert.deepEqual(mailOf({ requireTls: false, server: "smtp.example.org:465" }), []);
    assert.deepEqual(mailOf({}), []);
  });

  it("a login with a control character, with which Alertmanager loads no file", () => {
    const problem = "text without control characters (a line break at its end, perhaps)";
    for (const wrong of ["", "key\n", "\u007f", "\u0085x", "\ufeffkey", "\ud800"]) {
      assert.deepEqual(mailOf({ password: wrong }), [`mail.password: ${problem}`]);
      assert.deepEqual(mailOf({ username: wrong }), [`mail.username: ${problem}`]);
    }
    assert.deepEqual(mailOf({ username: "jürgen o'neil", password: "ß: {%} #\"'\\ 🛰" }), []);
  });

  it("half a login", () => {
    assert.match(mailOf({ password: undefined }).join("\n"), /^mail\.username: needs .*mail\.password/);
    assert.match(mailOf({ username: undefined }).join("\n"), /^mail\.password: needs .*mail\.username/);
  });

  for (const host of ["localhost", "LOCALHOST", "127.0.0.1", "smtp.localhost", "0.0.0.0"]) {
    it(`a mail server at ${host}, which is Alertmanager's own pod`, () => {
      assert.match(mailOf({ server: `${host}:25` }).join("\n"), /^mail\.server: is Alertmanager's own pod/);
    });
  }

  for (const host of [
    "localhost",
    "localhost.",
    "127.0.0.1",
    "127.1",
    "2130706433",
    "[::1]",
    "[::ffff:127.0.0.1]",
  ]) {
    it(`a webhook at ${host}, which is Alertmanager's own pod`, () => {
      assert.match(
        webhookOf(`http://${host}:8080/x`).join("\n"),
        /webhook\.url: a URL outside Alertmanager's own pod/,
      );
      assert.match(problemsOf({ watchdogUrl: `http://${host}/x` }).join("\n"), /^watchdogUrl: a URL outside/);
    });
  }

  for (const wrong of [
    "https://ops.example/{{hook}}",
    "https://ops.example/50%",
    "https://ops.example/%zz",
    "https://ops.example/a b",
    "https://ops.example/\u007f",
    "https://us[er@ops.example/",
    "https://ops.ex%61mple/",
    "https://ops.example:99999/",
    "https://[::1",
    "ftp://ops.example/",
    "https://",
    "",
  ]) {
    it(`the webhook ${JSON.stringify(wrong)}, which Alertmanager would not load or takes for a template`, () => {
      assert.match(
        webhookOf(wrong).join("\n"),
        /^receivers\[0\]\.webhook\.url: an http\(s\) URL of letters, .*as %XX[^\n]*$/,
      );
    });
  }

  it("but no webhook that Alertmanager can call", () => {
    for (const right of [
      "https://ops.example",
      "https://bücher.example/größe",
      "https://ops.example/%7B%7Bhook%7D%7D?a=[b]#c",
      "https://user:p%40ss@ops.example:8443/x",
      "http://10.0.1.1:9000/localhost",
      "http://[2001:db8::1]:80/",
      "http://alert_relay.monitoring.svc:8080/",
    ]) {
      assert.deepEqual(webhookOf(right), [], right);
    }
  });

  for (const wrong of [
    "flight",
    "a@example.org, b@example.org",
    "a@example.org,b@example.org",
    "Flight <a@example.org>",
    "<a@example.org>",
    "a..b@example.org",
    ".a@example.org",
    "a@example..org",
    "a@-example.org",
    "a@b@example.org",
    "{{.x}}@example.org",
    "a(b)@example.org",
    "jürgen@example.org",
    "a@example.org\nBcc:b@example.org",
  ]) {
    it(`the address ${JSON.stringify(wrong)}, which Alertmanager cannot send to`, () => {
      assert.match(toOf(wrong).join("\n"), /^receivers\[0\]\.email\.to: an e-mail address such as/);
      assert.match(toOf(["a@example.org", wrong]).join("\n"), /\.to\[1\]: an e-mail address such as/);
      assert.match(mailOf({ from: wrong }).join("\n"), /^mail\.from: an e-mail address such as/);
    });
  }

  it("no recipient at all", () => {
    assert.deepEqual(toOf([]), ["receivers[0].email.to: at least one e-mail address"]);
    assert.match(toOf(7).join("\n"), /^receivers\[0\]\.email\.to: an e-mail address .*or a list of them$/);
  });

  it("an EHLO name that is no host name", () => {
    for (const hello of ["", "-x", "two words", "x\r\nMAIL", "alerts_.example.org", "[nonsense]"]) {
      assert.match(mailOf({ hello }).join("\n"), /^mail\.hello: a host name such as/, hello);
    }
    for (const hello of ["alerts.example.org", "relay", "[192.0.2.1]", "[IPv6:2001:db8::1]"]) {
      assert.deepEqual(mailOf({ hello }), [], hello);
    }
  });

  it("a region that PagerDuty does not have", () => {
    const pagerDuty = { routingKey: secrets.routingKey, region: "de" };
    assert.deepEqual(
      problemsOf({
        receivers: [{ name: "p", pagerDuty }],
        routes: [],
        defaultReceiver: "p",
        mail: undefined,
      }),
      ["receivers[0].pagerDuty.region: one of: us, eu"],
    );
  });
});

describe("settings of alerting that are accepted", function () {
  this.timeout(240_000);

  it("make a configuration that Alertmanager loads, whatever they are", async () => {
    const amtool = await Amtool.open();
    let accepted = 0;
    const loads = async (given: Readonly<Record<string, unknown>>): Promise<void> => {
      let settings;
      try {
        settings = parsed(given);
      } catch (error) {
        if (error instanceof SettingsError) return;
        throw error;
      }
      accepted += 1;
      await amtool.check(routing(settings));
    };
    try {
      await fc.assert(fc.asyncProperty(randomAlerting, loads), { numRuns: 300 });
    } finally {
      await amtool.close();
    }
    assert.ok(accepted > 150, `only ${accepted} of 300 were accepted: the property says little`);
  });
});
