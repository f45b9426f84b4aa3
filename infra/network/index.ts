/**
 * Network of the machines: a VPC with DNS names, a public subnet per zone, the security groups from
 * trafficRules.ts and the private DNS zone of the API server's name.
 * Costs: the private zone 0.50 USD a month; flow logs, when enabled, by volume.
 */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { PublishedNodePort } from "../../contract/outputs";
import { numberInPool } from "../machines/names";
import { clusterTags, named, nameTag, type Tags } from "../tags";
import { ApiBalancer } from "./apiBalancer";
import { type Cidr, machineSubnets } from "./cidr";
import { FlowLogs } from "./flowLogs";
import { SecurityGroups } from "./securityGroups";
import {
  type Offers,
  offersOf,
  placementProblems,
  type TypedPool,
  wantedProblems,
  type WantedZones,
  zoneOfSubnet,
} from "./zones";

export interface NetworkArgs {
  readonly clusterName: string;
  readonly vpcCidr: Cidr;
  readonly availabilityZones: WantedZones;
  readonly controlPlane: Omit<TypedPool, "name">;
  readonly workers: readonly TypedPool[];
  /** Machines that exist already. */
  readonly running: readonly { readonly name: string; readonly instanceType?: string }[];
  readonly adminCidrs: readonly Cidr[];
  readonly publishedNodePorts: readonly PublishedNodePort[];
  readonly flowLogs: boolean;
  readonly permissionsBoundary?: string | undefined;
}

export class Network extends pulumi.ComponentResource {
  /** Subnet ids, one per zone. */
  readonly subnets: readonly pulumi.Output<string>[];
  readonly securityGroups: SecurityGroups;
  readonly zone: aws.route53.Zone;
  /** The API server's stable name, `api.<clusterName>.internal`. */
  readonly apiName: string;
  /** Balancer before the API of several control planes; one control plane has none. */
  readonly balancer: ApiBalancer | undefined;

  private readonly vpc: aws.ec2.Vpc;
  private readonly vpcId: pulumi.Output<string>;
  private readonly tags: Tags;

  constructor(
    private readonly name: string,
    private readonly args: NetworkArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("perigee:network:Network", name, {}, opts);
    this.tags = clusterTags(args.clusterName);
    this.apiName = `api.${args.clusterName}.internal`;
    this.vpc = this.makeVpc();
    this.vpcId = this.checkedVpcId();
    this.emptyDefaultSecurityGroup();
    this.subnets = this.makeSubnets(this.makeRouteTable());
    this.securityGroups = new SecurityGroups(name, { ...args, vpcId: this.vpcId }, { parent: this });
    this.zone = this.makeZone();
    this.balancer = this.makeBalancer();
    if (args.flowLogs) {
      new FlowLogs(name, { ...args, vpcId: this.vpcId }, { parent: this });
    }
    this.registerOutputs();
  }

  /** DNS record of the API server's name, with the control planes' addresses. */
  publishApi(addresses: readonly pulumi.Input<string>[]): aws.route53.Record {
    return new aws.route53.Record(
      `${this.name}-api`,
      { zoneId: this.zone.zoneId, name: this.apiName, type: "A", ttl: 30, records: [...addresses] },
      { parent: this },
    );
  }

  private makeBalancer(): ApiBalancer | undefined {
    const { vpcId, subnets } = this;
    const { balancer: securityGroup } = this.securityGroups;
    if (securityGroup === undefined) return undefined;
    const { clusterName } = this.args;
    return new ApiBalancer(
      `${this.name}-api`,
      { clusterName, vpcId, subnets, securityGroup },
      { parent: this },
    );
  }

  private makeVpc(): aws.ec2.Vpc {
    const { clusterName, vpcCidr } = this.args;
    return new aws.ec2.Vpc(
      this.name,
      {
        cidrBlock: vpcCidr.text,
        enableDnsHostnames: true,
        enableDnsSupport: true,
        tags: named(this.tags, clusterName),
      },
      { parent: this, ignoreChanges: ["cidrBlock", `tags["${nameTag}"]`] },
    );
  }

  /**
   * Id of the VPC, after a check that its CIDR and its cluster's name match the settings: changing either would replace
   * every machine and the cluster. The name is refused before, where an `up` has ended (runningCluster.ts).
   */
  private checkedVpcId(): pulumi.Output<string> {
    const { clusterName, vpcCidr } = this.args;
    const { text } = vpcCidr;
    return pulumi.all([this.vpc.id, this.vpc.cidrBlock, this.vpc.tags]).apply(([id, made, tags]) => {
      const name = tags?.[nameTag];
      if (name !== undefined && name !== clusterName) {
        throw new pulumi.RunError(
          `perigee-infra:clusterName = "${clusterName}": this cluster was made as ${name}, which cannot be changed; put it back`,
        );
      }
      if (made === text) return id;
      throw new pulumi.RunError(
        `perigee-infra:vpcCidr = "${text}": this cluster was made with ${made}, which cannot be changed; put it back`,
      );
    });
  }

  /** The VPC's default security group without rules: AWS creates it with permissive ones. Nothing here uses it. */
  private emptyDefaultSecurityGroup(): void {
    new aws.ec2.DefaultSecurityGroup(
      this.name,
      {
        vpcId: this.vpcId,
        ingress: [],
        egress: [],
        tags: named(this.tags, `${this.args.clusterName}-unused`),
      },
      { parent: this },
    );
  }

  private makeRouteTable(): aws.ec2.RouteTable {
    const tags = named(this.tags, this.args.clusterName);
    const gateway = new aws.ec2.InternetGateway(this.name, { vpcId: this.vpcId, tags }, { parent: this });
    const table = new aws.ec2.RouteTable(this.name, { vpcId: this.vpcId, tags }, { parent: this });
    new aws.ec2.Route(
      this.name,
      { routeTableId: table.id, destinationCidrBlock: "0.0.0.0/0", gatewayId: gateway.id },
      { parent: this },
    );
    return table;
  }

  /** Subnets, of which one is known only when every zone offers what the pools put there. */
  private makeSubnets(table: aws.ec2.RouteTable): pulumi.Output<string>[] {
    const { vpcCidr, availabilityZones: wanted } = this.args;
    const pools = this.pools();
    const offers = this.offers(pools).apply((found) => {
      refuse(wantedProblems(wanted, found, pools));
      return found;
    });
    const subnets: aws.ec2.Subnet[] = [];
    for (const block of machineSubnets(vpcCidr, wanted.count)) {
      const zone = pulumi
        .all([offers, pulumi.all(subnets.map((made) => made.availabilityZone))])
        .apply(([found, taken]) => zoneOfSubnet(wanted, found, pools, taken) ?? "");
      subnets.push(this.makeSubnet(`${subnets.length + 1}`, block, zone, table));
    }
    const checked = pulumi
      .all([offers, pulumi.all(subnets.map((made) => made.availabilityZone))])
      .apply(([found, zones]) => refuse(placementProblems(wanted, found, pools, zones)));
    return subnets.map((subnet) => pulumi.all([subnet.id, checked]).apply(([id]) => id));
  }

  private makeSubnet(
    number: string,
    block: Cidr,
    availabilityZone: pulumi.Output<string>,
    table: aws.ec2.RouteTable,
  ): aws.ec2.Subnet {
    const subnet = new aws.ec2.Subnet(
      `${this.name}-${number}`,
      {
        vpcId: this.vpcId,
        cidrBlock: block.text,
        availabilityZone,
        tags: named(this.tags, `${this.args.clusterName}-${number}`),
      },
      // AWS' list of zones changes; a subnet stays in the zone it was created in.
      { parent: this, ignoreChanges: ["availabilityZone"] },
    );
    new aws.ec2.RouteTableAssociation(
      `${this.name}-${number}`,
      { subnetId: subnet.id, routeTableId: table.id },
      { parent: this },
    );
    return subnet;
  }

  private pools(): TypedPool[] {
    const { clusterName, controlPlane, workers, running } = this.args;
    return [{ ...controlPlane, name: "control-plane" }, ...workers].map((pool) => ({
      ...pool,
      running: running
        .filter(({ instanceType }) => instanceType === pool.instanceType)
        .map(({ name }) => numberInPool(clusterName, pool.name, name))
        .filter((number) => number !== undefined),
    }));
  }

  private offers(pools: readonly TypedPool[]): pulumi.Output<Offers> {
    const zones = aws.getAvailabilityZonesOutput(
      { state: "available", filters: [{ name: "opt-in-status", values: ["opt-in-not-required"] }] },
      { parent: this },
    );
    const types = [...new Set(pools.map(({ instanceType }) => instanceType))].sort();
    const offered = aws.ec2.getInstanceTypeOfferingsOutput(
      { locationType: "availability-zone", filters: [{ name: "instance-type", values: types }] },
      { parent: this },
    );
    return pulumi
      .all([zones.names, offered.instanceTypes, offered.locations])
      .apply(([names, offeredTypes, places]) => offersOf(names, offeredTypes, places));
  }

  private makeZone(): aws.route53.Zone {
    const { clusterName } = this.args;
    return new aws.route53.Zone(
      this.name,
      {
        name: `${clusterName}.internal`,
        comment: `Names of the cluster ${clusterName}, answered inside its VPC only`,
        vpcs: [{ vpcId: this.vpcId }],
        tags: this.tags,
      },
      { parent: this },
    );
  }
}

/** @throws RunError with all problems, if there are any */
function refuse(problems: readonly string[]): void {
  if (problems.length > 0) {
    throw new pulumi.RunError(["The zones do not fit; no machine was changed:", ...problems].join("\n  "));
  }
}
