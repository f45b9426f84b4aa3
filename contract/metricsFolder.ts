/**
 * Folder of a machine with the `.prom` files that node-exporter's textfile collector reads, one for each capability:
 * stack 1's scripts write them, stack 2's exporter reads them.
 */
export const metricsFolder = "/var/lib/perigee/metrics";
