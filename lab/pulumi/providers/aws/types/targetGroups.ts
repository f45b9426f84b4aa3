/**
 * Target groups of network load balancers, and the instances in them. Ranges: terraform-provider-aws,
 * internal/service/elbv2/target_group.go, and the ELBv2 API reference, CreateTargetGroup.
 */
import type { CheckFailure } from "../../rpc/provider";
import { map, numeric, type Properties, text } from "../../rpc/values";
import { AwsError } from "../account";
import type { AwsType } from "../awsType";
import { checkBalancerName, forwardsTo, hexadecimal, isInVpc } from "./loadBalancers";
import { checkOneOf, checkRange, refuseSameName } from "./rules";
import { attachmentToken, instanceToken, listenerToken, targetGroupToken, vpcToken } from "./vpc";

export const targetGroup: AwsType = {
  token: targetGroupToken,
  inputs: {
    name: "string",
    port: "number",
    protocol: "string",
    vpcId: "string",
    targetType: "string",
    preserveClientIp: "string",
    deregistrationDelay: "number",
    connectionTermination: "boolean",
    healthCheck: {
      fields: {
        protocol: "string",
        path: "string",
        interval: "number",
        timeout: "number",
        healthyThreshold: "number",
        unhealthyThreshold: "number",
      },
    },
    tags: "map",
  },
  replaces: ["name", "port", "protocol", "vpcId", "targetType"],
  defaults: { targetType: "instance", deregistrationDelay: 300 },
  autoName: "name",
  computed: ["arn", "arnSuffix", "loadBalancerArns", "connectionTermination"],
  check: checkGroup,
  id: (inputs, account) =>
    account.arn("elasticloadbalancing", `targetgroup/${text(inputs, "name") ?? ""}/${hexadecimal()}`),
  outputs: ({ id, inputs, account }) => ({
    arn: id,
    arnSuffix: id.replace(/^.*:targetgroup\//, "targetgroup/"),
    connectionTermination: inputs["connectionTermination"] ?? false,
    healthCheck: checkWithDefaults(map(inputs, "healthCheck")),
    loadBalancerArns: account
      .all(listenerToken)
      .filter(({ properties }) => forwardsTo(properties) === id)
      .map(({ properties }) => text(properties, "loadBalancerArn") ?? ""),
  }),
  refuse: (inputs, account, previous) => {
    refuseSameName(account, targetGroupToken, "name", inputs, previous, (name) =>
      Error(`ELBv2 Target Group (${name}) already exists`),
    );
    const vpcId = text(inputs, "vpcId");
    if (!account.find(vpcToken, vpcId)) {
      throw new AwsError("ValidationError", `The VPC ID '${vpcId ?? ""}' is not found`);
    }
  },
  inUse: ({ id }, account) =>
    account.all(listenerToken).some(({ properties }) => forwardsTo(properties) === id)
      ? new AwsError("ResourceInUse", `Target group '${id}' is currently in use by a listener or a rule`)
      : undefined,
};

/** The check with what AWS and the provider take where nothing is said. */
function checkWithDefaults(given: Properties): Properties {
  const protocol = text(given, "protocol") ?? "HTTP";
  return {
    enabled: true,
    protocol,
    port: "traffic-port",
    interval: 30,
    timeout: protocol === "HTTP" ? 6 : 10,
    healthyThreshold: 3,
    unhealthyThreshold: 3,
    ...(protocol === "TCP" ? {} : { path: "/", matcher: "200-399" }),
    ...given,
  };
}

function checkGroup(inputs: Properties): CheckFailure[] {
  const check = map(inputs, "healthCheck");
  const [interval, timeout] = [numeric(check, "interval") ?? 30, numeric(check, "timeout")];
  const path = text(check, "path");
  const within: CheckFailure[] = [
    ...checkRange(check, "interval", 5, 300),
    ...checkRange(check, "timeout", 2, 120),
    ...checkRange(check, "healthyThreshold", 2, 10),
    ...checkRange(check, "unhealthyThreshold", 2, 10),
    ...checkOneOf(check, "protocol", ["HTTP", "HTTPS", "TCP"]),
    ...(path === undefined || path.startsWith("/")
      ? []
      : [{ property: "path", reason: `"path" must begin with /, not be "${path}"` }]),
    ...(timeout === undefined || timeout <= interval
      ? []
      : [
          {
            property: "timeout",
            reason: `a health check's timeout (${timeout}) must not exceed its interval (${interval})`,
          },
        ]),
  ];
  return [
    ...checkBalancerName(inputs),
    ...checkRange(inputs, "port", 1, 65535),
    ...checkRange(inputs, "deregistrationDelay", 0, 3600),
    ...checkOneOf(inputs, "protocol", ["TCP"]),
    ...checkOneOf(inputs, "targetType", ["instance"]),
    // AWS keeps the client's address by default where targets are instances, which haproxy cannot.
    ...(inputs["preserveClientIp"] === undefined
      ? [
          {
            property: "preserveClientIp",
            reason: `the lab's balancer keeps no client's address: set it to "false"`,
          },
        ]
      : checkOneOf(inputs, "preserveClientIp", ["false"])),
    ...["port", "protocol", "vpcId"]
      .filter((property) => inputs[property] === undefined)
      .map((property) => ({ property, reason: `a target group of instances needs "${property}"` })),
    ...within.map((failure) => ({ ...failure, property: `healthCheck.${failure.property}` })),
  ];
}

export const targetGroupAttachment: AwsType = {
  token: attachmentToken,
  inputs: { targetGroupArn: "string", targetId: "string" },
  required: ["targetGroupArn", "targetId"],
  replaces: ["targetGroupArn", "targetId"],
  computed: [],
  id: (inputs) => `${text(inputs, "targetGroupArn") ?? ""}-${hexadecimal()}`,
  outputs: () => ({}),
  refuse: (inputs, account) => {
    const [arn, instanceId] = [text(inputs, "targetGroupArn"), text(inputs, "targetId") ?? ""];
    const group = account.find(targetGroupToken, arn);
    if (group === undefined) {
      throw new AwsError("TargetGroupNotFound", `Target groups '${arn ?? ""}' not found`);
    }
    const instance = account.find(instanceToken, instanceId);
    if (instance === undefined || text(instance.properties, "instanceState") !== "running") {
      throw new AwsError(
        "InvalidTarget",
        `The following targets are not in a running state and cannot be registered: '${instanceId}'`,
      );
    }
    if (!isInVpc(account, instanceId, text(group.properties, "vpcId"))) {
      throw new AwsError(
        "InvalidTarget",
        `The following targets are not in the target group's VPC: '${instanceId}'`,
      );
    }
  },
};
