/** Labels that say where a node is: those that a cloud controller would set, and that the scheduler spreads pods by. */

export type Labels = Readonly<Record<string, string>>;

/** Labels of a machine's place. */
export function placeLabels(zone: string, instanceType: string): Labels {
  return { ...topologyLabels(zone), "node.kubernetes.io/instance-type": instanceType };
}

/** The labels of a place that stay as long as the machine does. */
export function topologyLabels(zone: string): Labels {
  return { "topology.kubernetes.io/region": regionOf(zone), "topology.kubernetes.io/zone": zone };
}

/** Region of a zone, with which its name begins: `us-west-2` of `us-west-2a`, and of the local zone `us-west-2-lax-1a`. */
export function regionOf(zone: string): string {
  return /^[a-z]+(?:-[a-z]+)+?-\d+/.exec(zone)?.[0] ?? zone;
}
