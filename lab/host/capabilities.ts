/** Linux capabilities by number, as in <linux/capability.h>. */
const names = `
  CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE
  NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT
  SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP
  MAC_OVERRIDE MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE`
  .trim()
  .split(/\s+/);

/** Capability names in a set from /proc/PID/status (`CapBnd: 000001fffeffffff`). */
function capabilityNames(hexSet: string): string[] {
  const set = BigInt(`0x${hexSet}`);
  return names.filter((_, bit) => ((set >> BigInt(bit)) & 1n) === 1n).map((name) => `CAP_${name}`);
}

/** Capability names of the bounding set in a /proc/PID/status text. */
export function boundingSet(status: string): string[] {
  const set = /^CapBnd:\s*([0-9a-f]+)$/m.exec(status)?.[1];
  if (set === undefined) throw new Error("/proc/self/status has no CapBnd line");
  return capabilityNames(set);
}
