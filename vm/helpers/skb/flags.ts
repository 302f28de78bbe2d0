/** Whether a u64 of flags has bits other than the `known` ones, which are all in its lower half. */
export function unknownFlags(flags: bigint, known: number): boolean {
  return (flags & ~BigInt(known)) !== 0n;
}
