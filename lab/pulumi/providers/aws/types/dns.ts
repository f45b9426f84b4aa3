/** Route 53: private zones and their records, which the lab's resolver serves. */
import { type Properties, text, texts } from "../../rpc/values";
import { type Account, AwsError, capitalId } from "../account";
import type { AwsType } from "../awsType";
import { checkRange } from "./rules";

export const zoneToken = "aws:route53/zone:Zone";
const recordToken = "aws:route53/record:Record";

export const zone: AwsType = {
  token: zoneToken,
  inputs: {
    name: "string",
    comment: "string",
    forceDestroy: "boolean",
    vpcs: { fields: { vpcId: "string" }, list: true, required: ["vpcId"] },
    tags: "map",
  },
  required: ["name", "vpcs"],
  replaces: ["name"],
  defaults: { comment: "Managed by Pulumi", forceDestroy: false },
  computed: ["arn", "zoneId", "nameServers", "primaryNameServer"],
  id: () => capitalId("Z", 20),
  outputs: ({ id, account }) => ({
    arn: account.arn("route53", `hostedzone/${id}`),
    zoneId: id,
    nameServers: ["ns-0.awsdns-00.com.", "ns-512.awsdns-00.net."],
    primaryNameServer: "ns-0.awsdns-00.com.",
  }),
  inUse: ({ id, properties }, account) => {
    const left = account.where(recordToken, "zoneId", id);
    if (left.length === 0 || properties["forceDestroy"] === true) return undefined;
    return new AwsError(
      "HostedZoneNotEmpty",
      "The specified hosted zone contains non-required resource record sets and so cannot be deleted. " +
        `(still there: ${left.map((record) => text(record.properties, "fqdn")).join(", ")})`,
    );
  },
};

export const record: AwsType = {
  token: recordToken,
  inputs: {
    zoneId: "string",
    name: "string",
    type: "string",
    ttl: "number",
    records: "string[]",
  },
  required: ["zoneId", "name", "type", "ttl", "records"],
  replaces: ["zoneId", "name", "type"],
  computed: ["fqdn"],
  check: (inputs) => checkRange(inputs, "ttl", 0, 2147483647),
  id: (inputs) => ["zoneId", "name", "type"].map((name) => text(inputs, name) ?? "").join("_"),
  outputs: ({ inputs, account }) => ({ fqdn: fullName(inputs, account) }),
  refuse: (inputs, account, previous) => {
    if (!account.find(zoneToken, text(inputs, "zoneId"))) {
      throw new AwsError("NoSuchHostedZone", `No hosted zone found with ID: ${text(inputs, "zoneId")}`);
    }
    const [name, type] = [fullName(inputs, account), text(inputs, "type")];
    const rivals = account
      .where(recordToken, "fqdn", name)
      .filter((r) => text(r.properties, "type") === type);
    if (rivals.some(({ id }) => id !== previous?.id)) {
      throw new AwsError(
        "InvalidChangeBatch",
        `Tried to create resource record set [name='${name}.', type='${type}'] but it already exists`,
      );
    }
  },
};

/** Full name of a record, whose name may be given with or without its zone's. */
function fullName(inputs: Properties, account: Account): string {
  const suffix = text(account.find(zoneToken, text(inputs, "zoneId"))?.properties ?? {}, "name") ?? "";
  const name = (text(inputs, "name") ?? "").replace(/\.$/, "");
  if (name === "" || name === suffix) return suffix;
  return name.endsWith(`.${suffix}`) ? name : `${name}.${suffix}`;
}

/** Address records by full name, in the form of the machine layer's resolver. */
export function zoneRecords(account: Account, zoneId: string): Map<string, readonly string[]> {
  const found = account
    .where(recordToken, "zoneId", zoneId)
    .filter((r) => text(r.properties, "type") === "A");
  return new Map(
    found.map(({ properties }) => [text(properties, "fqdn") ?? "", texts(properties, "records")]),
  );
}
