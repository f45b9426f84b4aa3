import assert from "node:assert/strict";
import { backendsOf, haproxyConfig } from "../../../../../lab/host/balancer/haproxyConfig";
import { balancer, check, target } from "./examples";

const lines = (text: string): string[] => text.split("\n").map((line) => line.trim());

describe("the configuration of the haproxy that plays a balancer", () => {
  it("listens on the balancer's own address in every zone, and nowhere else", () => {
    const binds = lines(haproxyConfig(balancer(), "/x", new Set())).filter((line) => line.startsWith("bind"));
    assert.deepEqual(binds, ["bind 10.0.1.8:6443", "bind 10.0.2.8:6443"]);
  });

  it("asks each target what the group's check asks, as often, and takes any certificate", () => {
    const text = lines(haproxyConfig(balancer(), "/x", new Set(["api/i-5:6443"])));
    assert.ok(text.includes("http-check send meth GET uri /readyz"));
    assert.ok(text.includes("http-check expect status 200-399"));
    assert.ok(text.includes("timeout check 3s"));
    assert.deepEqual(
      text.filter((line) => line.startsWith("server")),
      [
        "server i-5:6443 10.0.1.5:6443 check check-ssl verify none inter 5s rise 2 fall 2 on-marked-down shutdown-sessions",
      ],
    );
  });

  it("asks for a connection alone where the check is of TCP", () => {
    const group = { ...balancer().groups[0], check: { ...check, protocol: "TCP" } } as never;
    const text = haproxyConfig(balancer({ groups: [group] }), "/x", new Set(["api/i-5:6443"]));
    assert.doesNotMatch(text, /httpchk|check-ssl/);
    assert.match(text, /:6443 check inter 5s/);
  });

  it("has no server that was not in service: a new one gets nothing before its checks", () => {
    assert.doesNotMatch(haproxyConfig(balancer(), "/x", new Set()), /^ {2}server /m);
  });

  it("keeps traffic in its zone, unless the balancer may cross zones", () => {
    const targets = [target(5), target(6, "eu-central-1b")];
    const inZones = backendsOf(balancer({ crossZone: false }, targets));
    assert.deepEqual(
      inZones.map(({ name, targets: own }) => [name, own.map(({ id }) => id)]),
      [
        ["api.eu-central-1a", ["i-5"]],
        ["api.eu-central-1b", ["i-6"]],
      ],
    );
    assert.match(
      haproxyConfig(balancer({ crossZone: false }, targets), "/x", new Set()),
      /default_backend api\.eu-central-1b/,
    );
    assert.deepEqual(
      backendsOf(balancer({}, targets)).map(({ name }) => name),
      ["api"],
    );
  });

  it("has no group that no listener uses", () => {
    assert.deepEqual(backendsOf(balancer({ listeners: [] })), []);
  });
});
