import assert from "node:assert/strict";
import fc from "fast-check";
import {
  clientCertificateLife,
  kubeconfigRead,
  type Life,
  nextRead,
} from "../../../../infra/kubeadm/kubeconfigRead";
import { keyPair, kubeconfigOf } from "../../../support/infra/keyPairs";
import { deploy } from "../../../support/infra/mocks";
import { small } from "../../../support/infra/settingsExamples";

const second = 1000;
const day = 86_400 * second;
/** Lives of minutes up to ten years, from any time of this century. */
const lives: fc.Arbitrary<Life> = fc
  .record({ begins: fc.integer({ min: 1, max: 3e9 }), seconds: fc.integer({ min: 60, max: 3e8 }) })
  .map(({ begins, seconds }) => ({ begins: begins * second, ends: (begins + seconds) * second }));
/** A moment of a life, as a part of it: also before and after. */
const parts = fc.double({ min: -1, max: 2, noNaN: true });
const within = ({ begins, ends }: Life, part: number): number => begins + part * (ends - begins);
const before = fc.constantFrom("", "2026-01-01T00:00:00.000Z");

describe("the kubeconfig output", () => {
  it("is read anew exactly when less than a third of its certificate's life is left", () => {
    fc.assert(
      fc.property(lives, parts, before, (life, part, last) => {
        fc.pre(Math.abs(part - 2 / 3) > 1e-9);
        const expected = part > 2 / 3 ? new Date(life.ends).toISOString() : last;
        assert.equal(nextRead(last, life, within(life, part)), expected);
      }),
    );
  });

  it("is left alone by the next up, with the new certificate as with the old one", () => {
    fc.assert(
      fc.property(lives, parts, before, (life, part, last) => {
        const now = within(life, part);
        const read = nextRead(last, life, now);
        const length = life.ends - life.begins;
        // What a machine hands out has at least half of its life before it.
        const handedOut = read === last ? life : { begins: now - length / 2, ends: now + length / 2 };
        assert.equal(nextRead(read, handedOut, now + length / 1000), nextRead(read, handedOut, now));
        assert.equal(nextRead(read, handedOut, now), read);
        assert.equal(nextRead(read, life, now), read);
      }),
    );
  });

  it("is left alone where there is none, or none with a certificate, as before the first up", () => {
    for (const kubeconfig of [
      undefined,
      "",
      "users: []",
      "{",
      "users: [{user: {client-certificate-data: eA==}}]",
    ]) {
      const last = kubeconfig === undefined ? {} : { kubeconfig };
      assert.equal(kubeconfigRead(last, new Date()), "");
      assert.equal(kubeconfigRead({ ...last, kubeconfigRead: "then" }, new Date()), "then");
    }
  });

  it("has the life that its client certificate says", () => {
    const [begins, ends] = [new Date("2026-01-01T00:00:00Z"), new Date("2026-01-01T00:20:00Z")];
    const life = clientCertificateLife(kubeconfigOf(keyPair(begins, ends)));
    assert.deepEqual(life, { begins: begins.getTime(), ends: ends.getTime() });
  });
});

describe("the step that reads the kubeconfig", () => {
  const triggers = async (running: Readonly<Record<string, unknown>>): Promise<unknown[]> => {
    const { resources, outputs } = await deploy(small, running);
    const step = resources.find(({ name }) => name === "cluster-kubeconfig");
    return [step?.inputs["triggers"], outputs["kubeconfigRead"]];
  };
  const machine = "perigee-test-control-plane-1-id";
  const now = Math.floor(Date.now() / second) * second;

  it("has a reason more when the last kubeconfig is about to end, and keeps the last one afterwards", async () => {
    const ends = new Date(now + day);
    const kubeconfig = kubeconfigOf(keyPair(new Date(now - 3 * day), ends));
    assert.deepEqual(await triggers({ kubeconfig }), [[machine, ends.toISOString()], ends.toISOString()]);
    const renewed = kubeconfigOf(keyPair(new Date(now), new Date(now + 3 * day)));
    const kept = { kubeconfig: renewed, kubeconfigRead: ends.toISOString() };
    assert.deepEqual(await triggers(kept), [[machine, ends.toISOString()], ends.toISOString()]);
  });

  it("has none but its machine in a new stack, and in one of 0.1 whose kubeconfig is young", async () => {
    assert.deepEqual(await triggers({}), [[machine], ""]);
    const young = kubeconfigOf(keyPair(new Date(now), new Date(now + day)));
    assert.deepEqual(await triggers({ kubeconfig: young }), [[machine], ""]);
  });
});
