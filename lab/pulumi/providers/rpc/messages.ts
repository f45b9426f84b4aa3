/** Conversion between protobuf messages and plain values. */
import {
  CheckFailure as CheckFailureMessage,
  CheckResponse,
  DiffResponse,
  PropertyDiff,
} from "@pulumi/pulumi/proto/provider_pb";
import { type JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb";
import type { CheckFailure, DiffResult } from "./provider";
import { isList, isMap, type Properties, type PropertyValue } from "./values";

export function fromStruct(struct: Struct | undefined): Properties {
  const value: PropertyValue = struct === undefined ? {} : plain(struct.toJavaScript());
  return isMap(value) ? value : {};
}

export function toStruct(properties: Properties): Struct {
  return Struct.fromJavaScript(toJavaScript(properties));
}

function plain(value: unknown): PropertyValue {
  if (value === null || value === undefined) return null;
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  if (Array.isArray(value)) return value.map(plain);
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, plain(item)]));
}

function toJavaScript(properties: Properties): Record<string, JavaScriptValue> {
  return Object.fromEntries(Object.entries(properties).map(([name, value]) => [name, toValue(value)]));
}

function toValue(value: PropertyValue): JavaScriptValue {
  if (isList(value)) return value.map(toValue);
  if (isMap(value)) return toJavaScript(value);
  // Only strings, numbers, booleans and null remain, which the generated type does not list as such.
  return value as JavaScriptValue;
}

export function checkResponse(inputs: Properties, failures: readonly CheckFailure[]): CheckResponse {
  const response = new CheckResponse();
  response.setInputs(toStruct(inputs));
  response.setFailuresList(
    failures.map(({ property, reason }) => {
      const failure = new CheckFailureMessage();
      failure.setProperty(property);
      failure.setReason(reason);
      return failure;
    }),
  );
  return response;
}

const kinds = {
  add: [PropertyDiff.Kind.ADD, PropertyDiff.Kind.ADD_REPLACE],
  delete: [PropertyDiff.Kind.DELETE, PropertyDiff.Kind.DELETE_REPLACE],
  update: [PropertyDiff.Kind.UPDATE, PropertyDiff.Kind.UPDATE_REPLACE],
} as const;

export function diffResponse(result: DiffResult): DiffResponse {
  const response = new DiffResponse();
  const changed = result.changes.length > 0;
  response.setChanges(changed ? DiffResponse.DiffChanges.DIFF_SOME : DiffResponse.DiffChanges.DIFF_NONE);
  response.setHasdetaileddiff(true);
  response.setDeletebeforereplace(result.deleteBeforeReplace);
  const topLevel = (paths: readonly { path: string }[]) => [
    ...new Set(paths.map(({ path }) => /^[^.[]+/.exec(path)?.[0] ?? path)),
  ];
  response.setDiffsList(topLevel(result.changes));
  response.setReplacesList(topLevel(result.changes.filter(({ replaces }) => replaces)));
  for (const { path, kind, replaces } of result.changes) {
    const detail = new PropertyDiff();
    detail.setKind(kinds[kind][replaces ? 1 : 0]);
    detail.setInputdiff(true);
    response.getDetaileddiffMap().set(path, detail);
  }
  return response;
}
