import assert from "node:assert/strict";
import * as client from "@kubernetes/client-node";
import { forClient, fromClient } from "../../../../../lab/pulumi/providers/kubernetes/clientNames";
import type { Properties } from "../../../../../lab/pulumi/providers/rpc/values";

const policy: Properties = {
  kind: "NetworkPolicy",
  metadata: { labels: { from: "here" } },
  spec: {
    podSelector: { matchLabels: { from: "a" } },
    ingress: [{ from: [{ podSelector: { matchLabels: { from: "b" } } }] }, { ports: [{ port: 80 }] }],
    egress: [{ to: [] }],
  },
};
const limits: Properties = {
  kind: "LimitRange",
  spec: { limits: [{ type: "Container", default: { cpu: "1" } }] },
};

describe("fields that the Kubernetes client knows under another name", () => {
  it("are sent under that, and read back under their own; labels of that name stay", () => {
    const sent = JSON.stringify(forClient(policy));
    assert.equal(sent, JSON.stringify(policy).replace('"from":[', '"_from":['));
    assert.deepEqual(fromClient(forClient(policy)), policy);
    assert.match(JSON.stringify(forClient(limits)), /"_default":\{"cpu":"1"\}/);
    assert.deepEqual(fromClient(forClient(limits)), limits);
  });

  it("are left alone in other kinds, and where they are not", () => {
    const map: Properties = { kind: "ConfigMap", data: { default: "x" }, spec: { limits: [{ default: 1 }] } };
    assert.deepEqual(forClient(map), map);
    assert.deepEqual(forClient({ kind: "NetworkPolicy" }), { kind: "NetworkPolicy" });
  });

  it("are all that the client has in its classes of stable versions but those of kinds that no stack makes", () => {
    const found = Object.entries(client).flatMap(([name, type]) => {
      const { attributeTypeMap = [] } = type as unknown as {
        attributeTypeMap?: readonly { name: string; baseName: string }[];
      };
      return attributeTypeMap
        .filter(({ name: known, baseName }) => known === `_${baseName}`)
        .map(({ baseName }) => `${name}.${baseName}`);
    });
    const ofOthers = /^V1(CapacityRequestPolicy|DeviceAttribute|JSONSchemaProps|ListMeta)\./;
    assert.deepEqual(
      found.filter((each) => /^V1[A-Z]/.test(each) && !ofOthers.test(each)),
      ["V1LimitRangeItem.default", "V1NetworkPolicyIngressRule.from"],
    );
  });
});
