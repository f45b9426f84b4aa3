import assert from "node:assert/strict";
import fc from "fast-check";
import {
  type Cidr,
  machinesPerSubnet,
  machineSubnets,
  overlaps,
  parseCidr,
  subnetOf,
} from "../../../../infra/network/cidr";

/** Any IPv4 block whose prefix length is within the bounds. */
const blocks = (minPrefix: number, maxPrefix: number): fc.Arbitrary<Cidr> =>
  fc
    .tuple(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.integer({ min: minPrefix, max: maxPrefix }))
    .map(([address, prefix]) => {
      const size = 2 ** (32 - prefix);
      return parseCidr(`${dotted(Math.floor(address / size) * size)}/${prefix}`);
    });

const dotted = (address: number): string =>
  [24, 16, 8, 0].map((shift) => String(Math.floor(address / 2 ** shift) % 256)).join(".");

const vpcs = blocks(16, 22);
const zones = fc.integer({ min: 1, max: 3 });

describe("an address block", () => {
  it("is read as its first and last address", () => {
    assert.deepEqual(parseCidr("10.0.1.0/24"), {
      text: "10.0.1.0/24",
      prefix: 24,
      first: 0x0a000100,
      last: 0x0a0001ff,
    });
    assert.equal(parseCidr("255.255.255.255/32").last, 2 ** 32 - 1);
    assert.equal(parseCidr("0.0.0.0/0").last, 2 ** 32 - 1);
  });

  it("is written as it was read, whatever it is", () => {
    fc.assert(
      fc.property(blocks(0, 32), (block) => {
        assert.deepEqual(parseCidr(block.text), block);
        assert.equal(block.last - block.first + 1, 2 ** (32 - block.prefix));
      }),
    );
  });

  it("is refused with host bits, and the error says which block was meant", () => {
    const withHostBits = blocks(0, 31).chain((block) =>
      fc.tuple(fc.constant(block), fc.integer({ min: block.first + 1, max: block.last })),
    );
    fc.assert(
      fc.property(withHostBits, ([block, address]) => {
        assert.throws(() => parseCidr(`${dotted(address)}/${block.prefix}`), {
          message: `has host bits set; the block is ${block.text}`,
        });
      }),
    );
  });

  for (const text of [
    "",
    "10.0.0.0",
    "10.0.0/8",
    "10.0.0.256/24",
    "10.0.0.0/33",
    "::/0",
    "10.0.0.0/a",
    " 10.0.0.0/8",
  ]) {
    it(`is not ${JSON.stringify(text)}`, () => {
      assert.throws(() => parseCidr(text), { message: "is not an IPv4 block such as 10.0.0.0/16" });
    });
  }
});

describe("two address blocks", () => {
  it("overlap exactly when one of them holds the other's first address, whichever is asked first", () => {
    fc.assert(
      fc.property(blocks(0, 32), blocks(0, 32), (a, b) => {
        const holds = (one: Cidr, other: Cidr): boolean =>
          one.first <= other.first && other.first <= one.last;
        assert.equal(overlaps(a, b), holds(a, b) || holds(b, a));
        assert.equal(overlaps(a, b), overlaps(b, a));
        assert.ok(overlaps(a, a));
      }),
    );
  });
});

describe("the machines' subnets", () => {
  it("are 10.0.1.0/24, 10.0.2.0/24, ... in 10.0.0.0/16", () => {
    const texts = machineSubnets(parseCidr("10.0.0.0/16"), 3).map((block) => block.text);
    assert.deepEqual(texts, ["10.0.1.0/24", "10.0.2.0/24", "10.0.3.0/24"]);
  });

  it("are disjoint /24 blocks inside the VPC, the first /24 left free", () => {
    fc.assert(
      fc.property(vpcs, zones, (vpc, count) => {
        const subnets = machineSubnets(vpc, count);
        assert.equal(subnets.length, count);
        for (const [index, subnet] of subnets.entries()) {
          assert.equal(subnet.prefix, 24);
          assert.ok(
            subnet.first >= vpc.first + 256 && subnet.last <= vpc.last,
            `${subnet.text} in ${vpc.text}`,
          );
          assert.ok(subnets.slice(0, index).every((other) => !overlaps(subnet, other)));
        }
      }),
    );
  });

  it("stay where they are when a zone is added", () => {
    fc.assert(
      fc.property(vpcs, fc.integer({ min: 1, max: 2 }), (vpc, count) => {
        assert.deepEqual(machineSubnets(vpc, count + 1).slice(0, count), machineSubnets(vpc, count));
      }),
    );
  });

  it("hold as many machines as are counted before any is made", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 })), zones, (pools, subnets) => {
        const made = Array.from({ length: subnets }, () => 0);
        for (const count of pools) {
          for (let machine = 0; machine < count; machine += 1) {
            const subnet = subnetOf(machine, subnets);
            made[subnet] = (made[subnet] ?? 0) + 1;
          }
        }
        assert.deepEqual(machinesPerSubnet(pools, subnets), made);
      }),
    );
  });

  it("are refused when the VPC has no room for them", () => {
    assert.throws(() => machineSubnets(parseCidr("10.0.0.0/23"), 2), {
      message: "10.0.0.0/23 has room for 1 subnets, 2 are needed",
    });
    assert.throws(() => machineSubnets(parseCidr("10.0.0.0/28"), 1), {
      message: "10.0.0.0/28 has room for 0 subnets, 1 are needed",
    });
  });
});
