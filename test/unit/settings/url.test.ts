import assert from "node:assert/strict";
import fc from "fast-check";
import { baseUrl, image, secretUrl, url } from "../../../settings/kinds";

const takes = (kind: { safeParse(text: string): { success: boolean } }, text: string): boolean =>
  kind.safeParse(text).success;

describe("a URL of the settings", () => {
  for (const text of [
    "https://mirror.example",
    "http://mirror:8080/path/to_it",
    "https://192.0.2.7:65535/a%20b?c=d&e=%25#f",
    "https://[2001:db8::7]:1/",
    "https://mirror.example./x",
    "https://xn--bcher-kva.example/core:/stable:/(a)!*'$",
  ]) {
    it(`may be ${text}`, () => assert.ok(takes(url, text)));
  }

  for (const [text, why] of [
    ["mirror.example", "it has no scheme"],
    ["ftp://mirror.example", "another scheme"],
    ["HTTPS://mirror.example", "apt knows its methods in lower case"],
    ["https:mirror.example", "WHATWG adds the slashes, Go does not"],
    ["https:\\\\mirror.example", "WHATWG turns backslashes"],
    ["https://mirror.example\\x", "the same in a path"],
    ["https:///path", "it has no host"],
    ["https://:443", "it has no host"],
    ["https://mirror:", "an empty port"],
    ["https://mirror:port", "a port by name"],
    ["https://mirror:0", "a port below 1"],
    ["https://mirror:65536", "a port above 65535"],
    ["https://mirror:-1", "a negative port"],
    ["https://mirror/%zz", "an escape that is none"],
    ["https://mirror/?a=%", "the same in a query"],
    ["https://mirror/#%4", "the same in a fragment"],
    ["https://mir%41or/", "an escape in a host"],
    ["https://a b/", "a space in a host"],
    ["https://mirror/a b", "a space in a path"],
    [" https://mirror", "WHATWG trims it"],
    ["https://mirror\n", "WHATWG strips a line's end"],
    ["https://mir\tror", "WHATWG strips a tab"],
    ["https://mirror/\u0007", "a control character"],
    ["https://mirror/ä", "a letter that is not ASCII"],
    ["https://[::1", "a bracket that is not closed"],
    ["https://::1/", "IPv6 without brackets"],
    ["https://[fe80::1%25eth0]/", "a zone"],
    ["https://[mirror]/", "a name in brackets"],
    ["https://[::1]x:1/", "something after the bracket"],
    ["https://256.1.1.1/", "no IPv4 address"],
    ["https://127.1/", "WHATWG reads 127.0.0.1, Go a name"],
    ["https://a..b/", "an empty label"],
    ["https://-a.example/", "a label that begins with -"],
    [`https://${"a".repeat(64)}.example/`, "a label of 64 characters"],
    ['https://mirror/"', "a quote ends the value in hosts.toml"],
    ["https://mirror/{a}", "Alertmanager reads a template"],
    ["https://mirror/#a#b", "two fragments"],
    ["https://user:secret@mirror", "a password in clear"],
  ] as const) {
    it(`is not ${JSON.stringify(text)}: ${why}`, () => assert.ok(!takes(url, text)));
  }

  it("that is kept secret may have a user and password of the characters that Go takes there", () => {
    assert.ok(takes(secretUrl, "https://user:pa%40ss@hooks.example/x"));
    for (const userInfo of ["us er", "a@b", "a[b", "a%4", "ä", "a\\b"]) {
      assert.ok(!takes(secretUrl, `https://${userInfo}@hooks.example/x`), userInfo);
    }
  });

  it("that a path is appended to has no query, fragment, closing slash or quote", () => {
    assert.ok(takes(baseUrl, "https://mirror.example/v2/hub"));
    for (const text of ["https://m/", "https://m/a/", "https://m?a", "https://m/#a", "https://m/'"]) {
      assert.ok(!takes(baseUrl, text), text);
    }
  });

  it("means to WHATWG what it says: the same host, path and query", () => {
    const wild = fc.string({ unit: fc.constantFrom(..."ab1.:/@[]%2?#\\ \t_-'\"xZ0") });
    fc.assert(
      fc.property(wild, (rest) => {
        const text = `http://${rest}`;
        if (!takes(url, text)) return;
        const read = new URL(text);
        const authority = /^http:\/\/([^/?#]*)/.exec(text)?.[1] ?? "";
        const host = authority.startsWith("[") ? read.hostname : authority.replace(/:.*/, "").toLowerCase();
        assert.equal(read.hostname, host);
        assert.ok(authority.startsWith("[") || /^[\w.-]+(:\d+)?$/.test(authority));
        assert.equal(
          read.hash,
          text.includes("#") && !text.endsWith("#") ? text.slice(text.indexOf("#")) : "",
        );
      }),
      { numRuns: 5000 },
    );
  });
});

describe("an image of the settings", () => {
  const sha256 = `sha256:${"0123456789abcdef".repeat(4)}`;
  for (const text of [
    "docker.io/library/node:24-slim",
    `registry.example:5000/a/b__c/d-e.f@${sha256}`,
    `localhost/x:1@${sha256}`,
    "192.0.2.7:5000/x:_1",
    "[2001:db8::7]:5000/x:1",
    `ghcr.io/x:${"t".repeat(128)}`,
  ]) {
    it(`may be ${text}`, () => assert.ok(takes(image, text)));
  }
  for (const text of [
    "node:24",
    "library/node:24",
    "docker.io/library/node",
    "docker.io/library/Node:24",
    "docker.io/library//node:24",
    "docker.io/library/node_:24",
    "docker.io/a..b:1",
    "docker.io/a___b:1",
    "docker.io/../node:24",
    "docker.io/node:",
    "docker.io/node:-24",
    `docker.io/node:${"t".repeat(129)}`,
    "docker.io/node@sha256:00",
    `docker.io/node@${sha256.toUpperCase()}`,
    `docker.io/node@${sha256}@${sha256}`,
    "docker.io:port/node:24",
    "docker.io:99999/node:24",
    "dock_er.io/node:24",
    "docker..io/node:24",
    "https://docker.io/node:24",
    "docker.io/node:24 ",
    "docker.io/node:24\n",
    `docker.io/${"a".repeat(250)}:1`,
  ]) {
    it(`is not ${JSON.stringify(text)}`, () => assert.ok(!takes(image, text)));
  }
});
