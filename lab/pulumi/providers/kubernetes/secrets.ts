/** Secret outputs: those of Secrets, and all that came from secret inputs. */
import { isList, isMap, isSecret, type Properties, type PropertyValue, secret } from "../rpc/values";

const secretFields = ["data", "stringData"] as const;

/** The object with its secret fields marked by kind, whether or not the program marked them. */
export function withSecretData(kind: string | undefined, object: Properties): Properties {
  if (kind !== "Secret") return object;
  const marked = secretFields.flatMap((name): [string, PropertyValue][] => {
    const value = object[name];
    return value === undefined || value === null ? [] : [[name, secret(value)]];
  });
  return { ...object, ...Object.fromEntries(marked) };
}

/** Outputs with the secret marks of the inputs at the same places. */
export function withMarksOf(inputs: Properties, outputs: Properties): Properties {
  return Object.fromEntries(
    Object.entries(outputs).map(([name, value]) => [name, marked(inputs[name], value)]),
  );
}

function marked(input: PropertyValue | undefined, output: PropertyValue): PropertyValue {
  if (input === undefined) return output;
  if (isSecret(input)) return secret(output);
  if (isList(input) && isList(output)) return output.map((item, index) => marked(input[index], item));
  return isMap(input) && isMap(output) ? withMarksOf(input, output) : output;
}
