/** AWS partitions: separate clouds, each with its own ARNs and domain. */

export interface Partition {
  readonly name: string;
  readonly dnsSuffix: string;
}

const partitions: readonly (Partition & { readonly regions: RegExp })[] = [
  { name: "aws-cn", dnsSuffix: "amazonaws.com.cn", regions: /^cn-/ },
  { name: "aws-us-gov", dnsSuffix: "amazonaws.com", regions: /^us-gov-/ },
  { name: "aws-eusc", dnsSuffix: "amazonaws.eu", regions: /^eusc-/ },
];

const standard: Partition = { name: "aws", dnsSuffix: "amazonaws.com" };

export function partitionOf(region: string): Partition {
  return partitions.find(({ regions }) => regions.test(region)) ?? standard;
}
