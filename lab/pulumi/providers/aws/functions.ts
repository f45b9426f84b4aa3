/** The functions (data sources) of the lab's AWS. */
import { createHash } from "node:crypto";
import { map, type Properties, text, texts } from "../rpc/values";
import { type Account, accountId, AwsError, type CloudResource } from "./account";
import { isOffered, zonesOf } from "./offerings";
import { partitionOf } from "./partitions";
import { s3Functions } from "./s3/functions";
import { instanceToken, zoneId } from "./types/vpc";

type Answer = (args: Properties, account: Account) => Properties;

/** Canonical's public parameters, whose value is the current image of an Ubuntu release. */
const ubuntuImage =
  /^\/aws\/service\/canonical\/ubuntu\/server\/[\w.]+\/stable\/[\w.]+\/(amd64|arm64)\/hvm\/ebs-gp[23]\/ami-id$/;

const answers: Readonly<Record<string, Answer>> = {
  ...s3Functions,

  /** The operator: whoever runs the engine. */
  "aws:index/getCallerIdentity:getCallerIdentity": (_args, account) => ({
    id: accountId,
    accountId,
    arn: account.arn("iam", "user/operator"),
    userId: "AIDAPERIGEELABOPERATO",
  }),

  "aws:index/getAvailabilityZones:getAvailabilityZones": (args, { region }) => {
    const names = zonesOf(region).filter((name) => !texts(args, "excludeNames").includes(name));
    return { ...args, id: region, region, names, zoneIds: names.map(zoneId), groupNames: [`${region}-zg-1`] };
  },

  "aws:ec2/getInstanceTypeOfferings:getInstanceTypeOfferings": (args, account) => {
    const place = text(args, "locationType") ?? "region";
    if (place !== "availability-zone") {
      throw new Error(`the lab's AWS knows offerings by availability-zone, not by ${place}`);
    }
    const found = filterValues(args, "instance-type").flatMap((type) =>
      zonesOf(account.region)
        .filter((zone) => isOffered(type, zone, account))
        .map((zone) => ({ type, zone })),
    );
    return {
      ...args,
      id: account.region,
      region: account.region,
      instanceTypes: found.map(({ type }) => type),
      locations: found.map(({ zone }) => zone),
      locationTypes: found.map(() => place),
    };
  },

  "aws:ec2/getInstance:getInstance": (args, account) => {
    const found = account.find(instanceToken, text(args, "instanceId"));
    if (found === undefined) throw new Error("no matching EC2 Instance found");
    return { ...found.properties, ...args, id: found.id };
  },

  "aws:ec2/getInstances:getInstances": (args, account) => {
    // A region without such an instance is no error: the answer is empty.
    if (args["instanceTags"] !== undefined) throw new Error("the lab's getInstances knows no instanceTags");
    const states = args["instanceStateNames"] === undefined ? ["running"] : texts(args, "instanceStateNames");
    const filters = filtersOf(args).map(({ name, values }) => ({ field: instanceField(name), values }));
    const found = account
      .all(instanceToken)
      .filter(({ properties }) => states.includes(text(properties, "instanceState") ?? ""))
      .filter((one) => filters.every(({ field, values }) => fits(field(one), values)));
    return { ...args, id: account.region, region: account.region, ids: found.map(({ id }) => id) };
  },

  "aws:ssm/getParameter:getParameter": (args, account) => {
    const name = text(args, "name") ?? "";
    const value = account.data.parameters[name] ?? (ubuntuImage.test(name) ? imageId(name) : undefined);
    if (value === undefined) throw new AwsError("ParameterNotFound", `couldn't find resource (${name})`);
    return {
      ...args,
      arn: `arn:${partitionOf(account.region).name}:ssm:${account.region}::parameter${name}`,
      id: name,
      name,
      insecureValue: value,
      value,
      region: account.region,
      type: "String",
      version: 1,
      withDecryption: true,
    };
  },
};

/** A filter of EC2: one of its values has to fit. Of several filters each has to. */
interface Filter {
  readonly name: string;
  readonly values: readonly string[];
}

function filtersOf(args: Properties): Filter[] {
  const filters = Array.isArray(args["filters"]) ? (args["filters"] as Properties[]) : [];
  return filters.map((filter) => ({ name: text(filter, "name") ?? "", values: texts(filter, "values") }));
}

const invalidFilter = (name: string): AwsError =>
  new AwsError("InvalidParameterValue", `The filter '${name}' is invalid`);

/** Values of a question's filters, of which it knows one. */
function filterValues(args: Properties, known: string): string[] {
  return filtersOf(args).flatMap(({ name, values }) => {
    if (name !== known) throw invalidFilter(name);
    return [...values];
  });
}

/** What a filter of this name looks at; nothing where an instance has no such tag. */
function instanceField(name: string): (instance: CloudResource) => string | undefined {
  if (name === "instance-id") return ({ id }) => id;
  if (!name.startsWith("tag:")) throw invalidFilter(name);
  return ({ properties }) => text(map(properties, "tagsAll"), name.slice("tag:".length));
}

/** Whether a text is one of these values; capitals count. */
function fits(value: string | undefined, wanted: readonly string[]): boolean {
  if (wanted.some((one) => /[*?]/.test(one))) throw new Error("the lab's filters do not know * and ?");
  return value !== undefined && wanted.includes(value);
}

/** Image ID, always the same for the same question. */
function imageId(question: string): string {
  return `ami-0${createHash("sha256").update(question).digest("hex").slice(0, 16)}`;
}

/** @throws Error for a function that the lab's AWS does not have, with the names of those it has */
export function answer(token: string, args: Properties, account: Account): Properties {
  const found = answers[token];
  if (found === undefined) {
    throw new Error(
      `the lab's AWS does not know the function ${token}; it knows: ${Object.keys(answers).join(", ")}`,
    );
  }
  return found(args, account);
}
