/** What programs of cgroups learn of what they decide about. */

/** The sysctl that is read or written. */
export interface SysctlEnvironment {
  /** Path below /proc/sys: `net/ipv4/ip_forward`. */
  readonly name: string;
  /** As a read gives it, line feed included; left out: it cannot be read. */
  readonly currentValue?: Uint8Array;
  /** What is written. */
  readonly newValue?: Uint8Array;
}
