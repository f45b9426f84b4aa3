import { strict as assert } from "node:assert";
import { hostRules } from "../../../../lab/host/hostRules";
import { ingressRules } from "../../../../lab/host/ingressRules";
import type { IngressRule } from "../../../../lab/host/machine";

const rule = (
  protocol: IngressRule["protocol"],
  from: number,
  to: number,
  sourceCidr: string,
): IngressRule => ({
  protocol,
  fromPort: from,
  toPort: to,
  sourceCidr,
});

describe("a machine's packet filter", () => {
  it("admits nothing before the first rule, save answers to the machine's own connections", () => {
    assert.equal(
      ingressRules([]),
      `table inet perigee
delete table inet perigee
table inet perigee {
  chain ingress {
    type filter hook prerouting priority -150; policy accept;
    iifname != "eth0" accept
    ct state established,related accept
    drop
  }
}
`,
    );
  });

  it("writes one line per rule: a port, a range, a protocol, everything", () => {
    const text = ingressRules([
      rule("tcp", 22, 22, "203.0.113.1/32"),
      rule("tcp", 30000, 32767, "0.0.0.0/0"),
      rule("udp", 8472, 8472, "10.0.1.11/32"),
      rule("icmp", -1, -1, "10.0.0.0/16"),
      rule("all", 0, 0, "10.0.1.0/24"),
    ]);
    assert.deepEqual(lines(text).slice(-9, -4), [
      "ip saddr 203.0.113.1/32 tcp dport 22 accept",
      "tcp dport 30000-32767 accept",
      "ip saddr 10.0.1.11/32 udp dport 8472 accept",
      "ip saddr 10.0.0.0/16 ip protocol icmp accept",
      "ip saddr 10.0.1.0/24 meta nfproto ipv4 accept",
    ]);
  });

  it("says a rule once, however many security groups give it", () => {
    const ssh = rule("tcp", 22, 22, "203.0.113.1/32");
    assert.equal(ingressRules([ssh, ssh]), ingressRules([ssh]));
  });
});

describe("the host's packet rules", () => {
  it("translate nothing while no machine has a public address", () => {
    const text = hostRules("10.0.0.0/16", [], []);
    assert.ok(text.includes("map inward { type ipv4_addr : ipv4_addr; }"));
    assert.ok(text.includes('ip saddr 10.0.0.0/16 oifname != "perigee0" masquerade'));
  });

  it("translate both ways, the first public address being the one a machine speaks from", () => {
    const text = hostRules(
      "10.0.0.0/16",
      [
        { publicIp: "203.0.113.20", privateIp: "10.0.1.10" },
        { publicIp: "203.0.113.10", privateIp: "10.0.1.10" },
        { publicIp: "203.0.113.11", privateIp: "10.0.1.11" },
      ],
      [],
    );
    assert.ok(
      text.includes(
        "elements = { 203.0.113.10 : 10.0.1.10, 203.0.113.11 : 10.0.1.11, 203.0.113.20 : 10.0.1.10 }",
      ),
    );
    assert.ok(text.includes("elements = { 10.0.1.10 : 203.0.113.10, 10.0.1.11 : 203.0.113.11 }"));
  });

  it("lead a machine's request for metadata to the lab's server, and nobody else's", () => {
    const text = hostRules("10.0.0.0/16", [], []);
    const leading = lines(text).filter((line) => line.includes("169.254.169.254"));
    assert.deepEqual(leading, [
      'iifname "perigee0" ip daddr 169.254.169.254 tcp dport 80 dnat to 10.0.1.1:8169',
    ]);
    assert.ok(text.includes('iifname "perigee0" ip daddr 169.254.0.0/16 drop'));
  });

  it("lead what comes from the lab for S3's ports to the lab's server, which leaves them free on this host", () => {
    const leading = lines(hostRules("10.0.0.0/16", [], [])).filter((line) => line.includes("redirect"));
    assert.deepEqual(leading, [
      'iifname "perigee0" ip daddr 10.0.1.1 tcp dport 443 redirect to :8443',
      'iifname "perigee0" ip daddr 10.0.1.1 tcp dport 80 redirect to :8180',
    ]);
  });

  it("let answers of the metadata live one hop, or what a machine's options say", () => {
    const hops = [
      { privateIp: "10.0.1.5", hops: 1 },
      { privateIp: "10.0.1.4", hops: 2 },
    ];
    assert.deepEqual(
      lines(hostRules("10.0.0.0/16", [], hops)).filter((line) => line.includes("ip ttl set")),
      [
        "ip saddr 10.0.1.1 tcp sport 8169 ip ttl set 1",
        "ip saddr 10.0.1.1 tcp sport 8169 ip daddr 10.0.1.4 ip ttl set 2",
      ],
    );
  });

  it("replace the whole table in one transaction", () => {
    assert.deepEqual(lines(hostRules("10.0.0.0/16", [], [])).slice(0, 2), [
      "table ip perigee",
      "delete table ip perigee",
    ]);
  });
});

function lines(text: string): string[] {
  return text.split("\n").map((line) => line.trim());
}
