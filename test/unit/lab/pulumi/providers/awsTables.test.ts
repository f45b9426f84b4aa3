import assert from "node:assert/strict";
import { join } from "node:path";
import ts from "typescript";
import { awsTypes } from "../../../../../lab/pulumi/providers/aws/types";
import type { Fields, Kind } from "../../../../../lab/pulumi/providers/rpc/kinds";
import { formerTypes } from "../../../../../tools/docs/awsPermissions";
import { deploy } from "../../../../support/infra/mocks";
import { small, threeControlPlanes, twoPools } from "../../../../support/infra/settingsExamples";

const packageFolder = join(__dirname, "../../../../../node_modules/@pulumi/aws");

/** `aws:ec2/vpc:Vpc` -> `<package>/ec2/vpc.d.ts`, interface `VpcArgs` */
function declarationOf(token: string): { file: string; args: string } {
  const [, path = "", name = ""] = token.split(":");
  return { file: join(packageFolder, `${path}.d.ts`), args: `${name}Args` };
}

/** `rootBlockDevice`, `rootBlockDevice.volumeSize` of everything that is set. */
function pathsIn(value: unknown, above = ""): string[] {
  if (Array.isArray(value)) return value.flatMap((entry) => pathsIn(entry, above));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => [
    `${above}${name}`,
    ...pathsIn(inner, `${above}${name}.`),
  ]);
}

/** The same of everything that a table accepts. */
function fieldsIn(fields: Fields, above = ""): string[] {
  return Object.entries(fields).flatMap(([name, kind]) => [
    `${above}${name}`,
    ...(typeof kind === "string" ? [] : fieldsIn(kind.fields, `${above}${name}.`)),
  ]);
}

describe("the lab's AWS tables against what @pulumi/aws declares", function () {
  this.timeout(60_000);
  let program: ts.Program;
  let checker: ts.TypeChecker;

  before(() => {
    const files = [...awsTypes.keys()].map((token) => declarationOf(token).file);
    program = ts.createProgram(files, { skipLibCheck: true, strict: true, noLib: false, types: [] });
    checker = program.getTypeChecker();
  });

  /** The value type inside `pulumi.Input<T | undefined>`: the parts of the union that are data. */
  function plainParts(type: ts.Type): ts.Type[] {
    const parts = type.isUnion() ? type.types : [type];
    return parts.filter((part) => {
      const name = part.symbol?.name;
      return (
        !(part.flags & ts.TypeFlags.Undefined) &&
        name !== "Promise" &&
        name !== "OutputInstance" &&
        name !== "Output"
      );
    });
  }

  function isText(part: ts.Type): boolean {
    return (part.flags & (ts.TypeFlags.StringLike | ts.TypeFlags.TemplateLiteral)) !== 0;
  }

  function elementType(type: ts.Type): ts.Type | undefined {
    return plainParts(type)
      .map((part) => checker.getIndexTypeOfType(part, ts.IndexKind.Number))
      .find((one) => one);
  }

  function agrees(type: ts.Type, kind: Kind): boolean {
    const parts = plainParts(type);
    if (typeof kind !== "string") {
      const object = kind.list === true ? elementType(type) : type;
      return object !== undefined && disagreements(object, kind.fields).length === 0;
    }
    switch (kind) {
      case "string":
        return parts.some(isText);
      case "number":
        return parts.some((part) => (part.flags & ts.TypeFlags.NumberLike) !== 0);
      case "boolean":
        return parts.some((part) => (part.flags & ts.TypeFlags.BooleanLike) !== 0);
      case "string[]": {
        const element = elementType(type);
        return element !== undefined && plainParts(element).some(isText);
      }
      case "map":
        return parts.some((part) => checker.getIndexTypeOfType(part, ts.IndexKind.String) !== undefined);
      case "document":
        return parts.some(isText) && parts.some((part) => part.symbol?.name === "PolicyDocument");
      case "anything":
        return true;
    }
  }

  function disagreements(type: ts.Type, fields: Fields): string[] {
    const objects = plainParts(type).filter((part) => part.getProperties().length > 0);
    return Object.entries(fields).flatMap(([name, kind]) => {
      const property = objects.map((object) => object.getProperty(name)).find((one) => one !== undefined);
      if (property === undefined) return [`${name}: not declared`];
      return agrees(checker.getTypeOfSymbol(property), kind) ? [] : [`${name}: not ${JSON.stringify(kind)}`];
    });
  }

  function argsType(token: string): ts.Type {
    const { file, args } = declarationOf(token);
    const source = program.getSourceFile(file);
    assert.ok(source, `${token} is not in @pulumi/aws: no ${file}`);
    const declared = source.statements.find(
      (statement): statement is ts.InterfaceDeclaration =>
        ts.isInterfaceDeclaration(statement) && statement.name.text === args,
    );
    assert.ok(declared, `${file} declares no ${args}`);
    return checker.getTypeAtLocation(declared);
  }

  it("know what the program sets, and no more", async () => {
    const used = new Map<string, Set<string>>();
    for (const settings of [small, twoPools, threeControlPlanes]) {
      for (const { type, inputs } of (await deploy(settings)).resources) {
        used.set(type, used.get(type) ?? new Set());
        pathsIn(inputs).forEach((path) => used.get(type)?.add(path));
      }
    }
    const idle = [...awsTypes].flatMap(([token, { inputs, defaults, autoName }]) => {
      const ours = used.get(token);
      if (ours === undefined) return token in formerTypes ? [] : [token];
      // Inputs with a default are in every state, and a name is made where none is given.
      const known = new Set([...ours, ...Object.keys(defaults ?? {}), autoName]);
      return fieldsIn(inputs)
        .filter((path) => !known.has(path))
        .map((path) => `${token} ${path}`);
    });
    assert.deepEqual(idle, []);
  });

  for (const [token, type] of awsTypes) {
    it(`${token}: every input exists, of the same kind, and what it requires is required`, () => {
      const declared = argsType(token);
      assert.deepEqual(disagreements(declared, type.inputs), []);
      const required = declared
        .getProperties()
        .filter((property) => !(property.flags & ts.SymbolFlags.Optional))
        .map(({ name }) => name);
      const ours = type.required ?? [];
      assert.deepEqual(
        required.filter((name) => !ours.includes(name)),
        [],
      );
    });

    it(`${token}: what is named elsewhere in its table is one of its inputs`, () => {
      const named = [
        ...ours(type.replaces),
        ...ours(type.required),
        ...ours(type.hidden),
        ...Object.keys(type.defaults ?? {}),
        ...(type.autoName === undefined ? [] : [type.autoName]),
        ...Object.values(type.changesWith ?? {}).flat(),
      ];
      const strange = named.filter((name) => type.inputs[name.split(".")[0] ?? ""] === undefined);
      assert.deepEqual(strange, []);
    });
  }

  function ours(names: readonly string[] | undefined): readonly string[] {
    return names ?? [];
  }
});
