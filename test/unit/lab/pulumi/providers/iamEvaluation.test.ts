import assert from "node:assert/strict";
import {
  type Caller,
  type Condition,
  isKnown,
  type Policy,
  type Question,
  type Statement,
  verdictOf,
} from "../../../../../lab/pulumi/providers/aws/iam/evaluate";

const machine: Caller = {
  account: "123456789012",
  roleArn: "arn:aws:iam::123456789012:role/machine",
  sessionArn: "arn:aws:sts::123456789012:assumed-role/machine/i-1",
};
const object = { arn: "arn:aws:s3:::backups/ground/one" };
const allow: Statement = {
  Effect: "Allow",
  Action: "s3:PutObject",
  Resource: "arn:aws:s3:::backups/ground/*",
};
const put: Question = { action: "s3:PutObject", caller: machine };

function verdict(statements: readonly Statement[], question = put, target = object) {
  const policy: Policy = { Version: "2012-10-17", Statement: statements };
  return verdictOf([policy], question, target);
}

describe("policies of the lab's IAM", () => {
  it("allow what a statement names, and nothing beside it", () => {
    assert.equal(verdict([allow]), "allow");
    assert.equal(verdict([allow], { ...put, action: "s3:GetObject" }), "none");
    assert.equal(verdict([allow], put, { arn: "arn:aws:s3:::backups/other/one" }), "none");
  });

  it("may be one statement, of all actions or resources but some", () => {
    const policy: Policy = { Statement: { Effect: "Allow", NotAction: "s3:Delete*", Resource: "*" } };
    assert.equal(verdictOf([policy], put, object), "allow");
    assert.equal(verdictOf([policy], { ...put, action: "s3:DeleteObject" }, object), "none");
    assert.equal(verdict([{ Effect: "Allow", Action: "s3:*", NotResource: object.arn }]), "none");
  });

  it("deny in whatever order: one Deny outweighs every Allow, in another policy too", () => {
    const deny: Statement = { ...allow, Effect: "Deny" };
    assert.equal(verdict([deny, allow]), "deny");
    assert.equal(verdictOf([{ Statement: [allow] }, { Statement: deny }], put, object), "deny");
  });

  it("are about the principals that they name", () => {
    const about = (principal: Statement["Principal"], effect: "Allow" | "Deny", caller?: Caller) =>
      verdict([{ ...allow, Effect: effect, ...(principal && { Principal: principal }) }], { ...put, caller });
    for (const everyone of ["*", { AWS: "*" }, { AWS: ["x", "*"] }] as const) {
      assert.equal(about(everyone, "Allow", machine), "allow");
      assert.equal(about(everyone, "Allow", undefined), "allow", "nobody is everyone too");
    }
    assert.equal(about({ AWS: machine.roleArn }, "Allow", machine), "allow");
    assert.equal(about({ AWS: machine.sessionArn }, "Allow", machine), "allow");
    assert.equal(about({ AWS: machine.roleArn }, "Allow", undefined), "none");
    assert.equal(about({ AWS: `${machine.roleArn}s` }, "Allow", machine), "none");
    assert.equal(about({ Service: "logging.s3.amazonaws.com" }, "Allow", machine), "none");
  });

  it("leave to an account's own policies what they allow the account, and deny it to all of it", () => {
    for (const own of ["123456789012", "arn:aws:iam::123456789012:root"]) {
      assert.equal(verdict([{ ...allow, Principal: { AWS: own } }]), "none");
      assert.equal(verdict([{ ...allow, Principal: { AWS: own }, Effect: "Deny" }]), "deny");
      assert.equal(
        verdict([{ ...allow, Principal: { AWS: own }, Effect: "Deny" }], { ...put, caller: undefined }),
        "none",
      );
    }
  });

  const rows: [Condition, Question["context"], boolean][] = [
    [{ Bool: { "aws:SecureTransport": "false" } }, { "aws:SecureTransport": "false" }, true],
    [{ Bool: { "aws:SecureTransport": "false" } }, { "aws:SecureTransport": "true" }, false],
    [{ Bool: { "aws:SecureTransport": "false" } }, {}, false],
    [{ BoolIfExists: { "aws:SecureTransport": "false" } }, {}, true],
    [{ StringLike: { "s3:prefix": "ground/*" } }, { "s3:prefix": "ground/2026" }, true],
    [{ StringLike: { "s3:prefix": ["", "ground/*"] } }, { "s3:prefix": "" }, true],
    [{ StringLike: { "s3:prefix": "ground/*" } }, {}, false],
    [{ StringNotEquals: { "s3:x-amz-server-side-encryption": "AES256" } }, {}, true],
    [
      { StringNotEqualsIfExists: { "s3:x-amz-server-side-encryption": "AES256" } },
      { "s3:x-amz-server-side-encryption": "AES256" },
      false,
    ],
    [{ NumericLessThan: { "s3:TlsVersion": "1.2" } }, { "s3:TlsVersion": "1.1" }, true],
    [{ NumericLessThan: { "s3:TlsVersion": "1.2" } }, { "s3:TlsVersion": "1.2" }, false],
    [{ Null: { "s3:prefix": "true" } }, {}, true],
    [
      { ArnNotEquals: { "aws:PrincipalArn": "arn:aws:iam::1:role/a" } },
      { "aws:PrincipalArn": "arn:aws:iam::1:role/b" },
      true,
    ],
    [{ "ForAllValues:StringLike": { names: ["a*"] } }, { names: ["ab", "b"] }, false],
    [{ "ForAnyValue:StringLike": { names: ["a*"] } }, { names: ["ab", "b"] }, true],
    [{ "ForAnyValue:StringLike": { names: ["a*"] } }, {}, false],
  ];
  for (const [condition, context = {}, expected] of rows) {
    it(`${JSON.stringify(condition)} ${expected ? "holds" : "does not hold"} for ${JSON.stringify(context)}`, () => {
      assert.equal(
        verdict([{ ...allow, Condition: condition }], { ...put, context }),
        expected ? "allow" : "none",
      );
    });
  }

  it("are an error where they are not understood, which no request passes", () => {
    for (const operator of ["IpAddress", "DateLessThan", "NotBool", "constructor"]) {
      assert.equal(isKnown(operator), false);
      assert.throws(
        () => verdict([{ ...allow, Condition: { [operator]: { a: "b" } } }]),
        /is not evaluated here/,
      );
    }
    assert.throws(
      () => verdict([{ ...allow, Resource: "arn:aws:s3:::backups/${aws:userid}/*" }]),
      /policy variable/,
    );
  });
});
