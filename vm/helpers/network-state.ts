import { state } from '../machine/layout.ts';

/** Linear offsets of what network helpers remember, in the machine's state block. */
export const networkState = {
  /** How often a helper has invalidated the packet's pointers in this run (u32). */
  packetMoves: state.network,
  /** Linear offset of the fragments of the XDP buffer (u32), 0 before there were any; how many it has (u32). */
  fragments: state.network + 4,
  fragmentCount: state.network + 8,
  /** The decision of the last redirect: an index into `redirectKinds` (u32). */
  redirectKind: state.network + 12,
  /** Interface index, or key in the map (u32). */
  redirectTarget: state.network + 16,
  /** Index of the map (u32). */
  redirectMap: state.network + 20,
  /** Flags of the call (u64). */
  redirectFlags: state.network + 24,
  /** Linear offset of a record for each socket of the environment (u32), 0 before one was looked up. */
  sockets: state.network + 32,
  /** Number of the socket that an sk_lookup program has selected (u32). */
  selected: state.network + 36,
} as const;
