import { allocatorStateSize } from '../memory/linear-memory.ts';
import { maximumRegions, regionRow } from '../memory/regions.ts';

/**
 * Where everything lies in linear memory. The engines, the helpers and the debugger all work on these offsets, so
 * that whoever stops leaves the whole state behind.
 */

/** Linear offsets of the state block. */
export const state = {
  /** r0 to r10, 8 bytes each. */
  registers: 0,
  /** Linear offset of the decoded instruction to execute next (u32). */
  ip: 88,
  /** Index of the innermost frame (u32). */
  depth: 92,
  /** Cycles left in this slice (s32). */
  budget: 96,
  /** Tail calls that the run has made (u32): records of `tailCallTable`. */
  tailCalls: 100,
  /** Cycle (u64) at which the budget is used up: cycle = end - budget. */
  sliceEnd: 104,
  /** Stop after the exit of a frame whose depth is at most this (s32); -1 = never. */
  stopAfterExit: 112,
  /** Stop when an exit leaves the depth at most this (s32); -1 = never. */
  stopAtDepth: 116,
  /** Instruction whose breakpoint is passed once (u32). */
  passBreakpoint: 120,
  /** Number of the run, from 0 (u32). */
  run: 124,
  /** Time at cycle 0 of the run, ns (u64). */
  ktime: 128,
  /** State of bpf_get_prandom_u32: four u32 of the kernel's taus88 generator. */
  random: 136,
  /** CPU of the run (u32). */
  cpu: 152,
  /** Records in the output log (u32). */
  outputs: 156,
  /** Linear offset of the first decoded instruction (u32). */
  code: 160,
  /** Rows of the region table in use (u32). */
  regions: 164,
  /** Region id of the context of the run (u32). */
  ctxRegion: 168,
  /** Linear offset of the packet buffer, headroom included, and its size (u32 each); 0 without a packet. */
  packetBuffer: 172,
  packetBufferSize: 176,
  /** State of the run: an index into `runStates` (u32). */
  runState: 180,
  /** Bytes of the link-layer header in front of the data of an skb (u32): test_run pulls it for some types. */
  packetPulled: 184,
  /** Linear offset of what machine/written.ts keeps (u32); 0 in machines that are not strict. */
  written: 188,
  /** Free for the program-type family of the run: 64 bytes. */
  family: 192,
  /** The allocator's own. */
  allocator: 256,
  /** Records in the log of notes (u32). */
  notes: 0x600,
  /** What helpers/kernel-memory.ts keeps (64 bytes). */
  kernel: 0x640,
  /** What machine/references.ts keeps (16 bytes): the first u32 is how many there are. */
  references: 0x680,
  /** What memory/region-pool.ts keeps (16 bytes). */
  regionPool: 0x690,
  /** What machine/dynptrs.ts keeps (16 bytes). */
  dynptrs: 0x6a0,
  /** Linear offset of the first object that is lent (u32): machine/objects.ts. */
  lentObjects: 0x6b0,
  /** The CPU that bpf_cpumask_any_distribute has given last (u32). */
  distributedCpu: 0x6b4,
  /** What helpers/skb/skb.ts keeps (64 bytes). */
  skb: 0x6c0,
  /** What helpers/network-state.ts and, in its second half, helpers/cgroup-state.ts keep (128 bytes). */
  network: 0x700,
} as const;

export const runStates = ['idle', 'running', 'exited', 'faulted'] as const;
export type RunState = (typeof runStates)[number];

/** Frames a program can have, itself included: MAX_CALL_FRAMES of include/linux/bpf_verifier.h. */
export const maximumFrames = 8;
/** MAX_BPF_STACK of include/linux/filter.h. */
export const stackSize = 512;

/** Offsets in a frame record of 256 bytes. */
export const frame = {
  /** u32, index into `frameKinds`. */
  kind: 0,
  /** Decoded instruction to continue at in the caller (u32). */
  returnIp: 4,
  /** The call (u32). */
  callIp: 8,
  /** First instruction of the function (u32). */
  entryIp: 12,
  /** r6 to r9, then r10 of the caller. */
  saved: 16,
  /** Cycle of the entry (u64). */
  entryCycle: 56,
  /** Address one past the frame's stack: its r10 (u64). */
  stackTop: 64,
  /** Linear offset of the region row of the frame's stack (u32). */
  stackRow: 72,
  /** Region id of the frame's key storage (u32). */
  keyRegion: 76,
  /** Callback frames only, from here on. Helper that runs the callbacks (u32). */
  helper: 80,
  /** Map index (u32); 0xffffffff without a map. */
  map: 84,
  /** Flags argument of the helper (u64). */
  flags: 88,
  /** callback_ctx (u64). */
  context: 96,
  /** Traversal index, from 0 (u64). */
  index: 104,
  /** Callbacks that have returned (u64). */
  visited: 112,
  /** What the last callback returned (s64). */
  lastReturn: 120,
  /** Addresses given to the callback (u64 each). */
  key: 128,
  value: 136,
  /** Total number of callbacks asked for, where the helper is told (u64). */
  total: 144,
  /** The iterator's own, 32 bytes: maps/ says what. */
  cursor: 152,
  /** An array's key, 8 bytes. */
  keyStorage: 184,
  /** Rounds of may_goto (u32) of the activation that began at cycle `mayGotoCycle` (u64); of another one they are 0. */
  mayGotoRounds: 192,
  mayGotoCycle: 200,
  sizeOf: 256,
} as const;

export const frameKinds = ['program', 'subprogram', 'callback'] as const;
export type FrameKind = (typeof frameKinds)[number];

/** The ranges that are watched while code runs (see engine/watch-code.ts), at most 256 bytes. */
export const watchTable = 0xf00;

export const frames = 0x1000;
export const stacks = frames + maximumFrames * frame.sizeOf;
export const regionTable = stacks + maximumFrames * stackSize;
export const heap = regionTable + maximumRegions * regionRow.sizeOf;

if (state.allocator + allocatorStateSize > watchTable)
  throw new Error('the state block runs into the tables');

/** MAX_TAIL_CALL_CNT of include/linux/bpf.h: tail calls in one run. */
export const maximumTailCalls = 33;

/** Offsets in the record of a tail call. */
export const tailCall = {
  /** Depth of the frame (u32). */
  depth: 0,
  /** The call (u32). */
  callIp: 4,
  /** First instruction of the function that made it (u32). */
  entryIp: 8,
  /** Entry cycle (u64) of that function, and of the one that took its place. */
  ended: 16,
  begun: 24,
  sizeOf: 32,
} as const;

export const tailCallTable = 0x800;

if (state.allocator + allocatorStateSize > state.notes || state.network + 128 > tailCallTable)
  throw new Error('the state block runs into the table of tail calls');

/** A decoded instruction, 32 bytes; one for each slot. */
export const decoded = {
  /** u16, index of the interpreter's handler. */
  handler: 0,
  /** u16, linear offset of the destination register. */
  dst: 2,
  /** u32, linear offset of the second operand: a register or `constant`. */
  operand: 4,
  /** s32, memory displacement. */
  off: 8,
  /** u32, decoded instruction that a jump or call goes to. */
  target: 12,
  /** u64, immediate operand. */
  constant: 16,
  /** u16, handler under a breakpoint. */
  original: 24,
  /** u16, slots of the instruction. */
  slots: 26,
  /** u32, linear offset of the address register of a memory access. */
  address: 28,
  sizeOf: 32,
  shift: 5,
} as const;
