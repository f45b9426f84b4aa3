import assert from "node:assert/strict";
import { roleNames, rulesOf } from "../../../../../workloads/access/teams/roles";
import { roles, specification } from "../../../../support/workloads/teams/specification";

/** `apps/deployments/scale`, or `/serviceaccounts/token:pipeline`. */
const keyOf = (group: string, resource: string, name?: string): string =>
  `${group}/${resource}${name === undefined ? "" : `:${name}`}`;

describe("roles of a team", () => {
  it("are those of the specification", () => assert.deepEqual([...roleNames], [...roles]));

  for (const role of roles) {
    it(`${role}: what the specification says of it, and nothing else`, () => {
      const given = rulesOf(role).flatMap(({ apiGroups, resources, resourceNames = [undefined], verbs }) =>
        apiGroups.flatMap((group) =>
          resources.flatMap((resource) =>
            resourceNames.map((name) => [keyOf(group, resource, name), [...verbs].sort()] as const),
          ),
        ),
      );
      assert.equal(new Set(given.map(([key]) => key)).size, given.length, "a resource in two rules");
      const specified = specification
        .filter(({ verbs }) => verbs[role].length > 0)
        .map(({ group, resource, subresource, name, verbs }) => {
          const path = subresource === undefined ? resource : `${resource}/${subresource}`;
          return [keyOf(group, path, name), [...verbs[role]].sort()] as const;
        });
      assert.deepEqual(Object.fromEntries(given), Object.fromEntries(specified));
    });

    it(`${role}: no rule is for all resources, groups or verbs`, () => {
      assert.doesNotMatch(JSON.stringify(rulesOf(role)), /\*/);
    });
  }

  it("each may do what the one before it may", () => {
    for (const { verbs } of specification) {
      for (const [less, more] of [
        ["view", "deploy"],
        ["deploy", "edit"],
      ] as const) {
        for (const verb of verbs[less]) assert.ok(verbs[more].includes(verb));
      }
    }
  });
});
