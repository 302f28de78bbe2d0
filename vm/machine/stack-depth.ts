import { decode } from '../isa/decode.ts';
import { callsRegister } from '../object/calls-register.ts';
import type { LinkedFunction, LinkedProgram } from '../object/linked-program.ts';
import type { FaultCause } from './fault.ts';
import { frame, maximumFrames, stackSize } from './layout.ts';
import type { Machine } from './machine.ts';
import { stackUse } from './stack-use.ts';

/**
 * The verifier's limit on the stack of a function together with its callers (check_max_stack_depth of
 * kernel/bpf/verifier.c), though every frame of the machine has a whole stack. Which calls can ever be one too many is
 * found out once; only those are looked at when they run.
 */

/** Below this a function never has a stack of its own: BPF_PRIV_STACK_MIN_SIZE. */
const smallestPrivateStack = 64;
/** Programs whose larger frames have stacks of their own on x86_64 (bpf_enable_priv_stack), so that they do not add up. */
const privateStackTypes = ['kprobe', 'tracepoint', 'perf_event', 'raw_tracepoint'];
/** A function with tail calls in it may be called with less than this on the stack. */
const tailCallLimit = 256;
const tailCall = 12;

interface FunctionStack {
  readonly name: string;
  readonly entry: number;
  readonly bytes: number;
  /** Entries of functions it calls or takes the address of. */
  readonly callees: ReadonlySet<number>;
  readonly tailCalls: boolean;
}

export class StackDepths {
  readonly #functions = new Map<number, FunctionStack>();
  /** Most bytes that the callers of a function and itself can have, by its entry. */
  readonly #deepest = new Map<number, number>();

  /**
   * False for code with calls through registers, which the verifier refuses anyway: clang makes it at -O0, where frames
   * are larger than those of the object that is loaded later.
   */
  readonly #limited: boolean;

  constructor(program: LinkedProgram) {
    for (const each of program.functions) this.#functions.set(each.firstSlot, readFunction(program, each));
    this.#limited = !callsRegister(program.code);
    if (this.#limited) this.#followCalls();
  }

  /** Longest chains first to last: chain number n ends after n + 1 frames, as many as there can be. */
  #followCalls(): void {
    const all = [...this.#functions.values()];
    let chains = new Map(all.map(({ entry, bytes }) => [entry, bytes]));
    for (let frames = 1; ; frames++) {
      for (const [entry, bytes] of chains)
        this.#deepest.set(entry, Math.max(bytes, this.#deepest.get(entry) ?? 0));
      if (frames === maximumFrames) return;
      const longer = new Map<number, number>();
      for (const [caller, bytes] of chains) {
        const from = this.#functions.get(caller);
        if (from === undefined) continue;
        for (const callee of from.callees) {
          const sum = bytes + (this.#functions.get(callee)?.bytes ?? 0);
          longer.set(callee, Math.max(sum, longer.get(callee) ?? 0));
        }
      }
      chains = longer;
    }
  }

  /** Bytes of the function that begins at a slot; 0 for no function. */
  of(entry: number): number {
    return this.#functions.get(entry)?.bytes ?? 0;
  }

  /** False: whatever calls the function at a slot, the stack is large enough. */
  canExceed(entry: number): boolean {
    return (this.#deepest.get(entry) ?? 0) > stackSize;
  }

  /** Why the kernel would not have a call of the function at slot `callee` here; undefined where it would. */
  refusalOfCall(machine: Machine, callee: number): FaultCause | undefined {
    if (!machine.kernelRules || !this.canExceed(callee)) return undefined;
    const chain = [...this.#chain(machine), callee].map((entry) => this.#functions.get(entry));
    const ownStacks = this.#hasPrivateStacks(machine, chain[0]);
    const counted = chain.filter(
      (each) => each !== undefined && !(ownStacks && each.bytes >= smallestPrivateStack),
    );
    const bytes = sumOf(counted);
    if (bytes <= stackSize) return undefined;
    const parts = counted.map((each) => `${each?.name} ${each?.bytes}`).join(', ');
    const message = `combined stack size of ${chain.length} calls is ${bytes}. Too large: ${parts}`;
    return { kind: 'refused-by-kernel', message };
  }

  /** Why the kernel would not have a tail call in the innermost frame; undefined where it would. */
  refusalOfTailCall(machine: Machine): FaultCause | undefined {
    if (!machine.kernelRules || !this.#limited) return undefined;
    const callers = this.#chain(machine).slice(0, -1);
    const bytes = sumOf(callers.map((entry) => this.#functions.get(entry)));
    if (bytes < tailCallLimit) return undefined;
    const message = `tail_calls are not allowed when call stack of previous frames is ${bytes} bytes. Too large`;
    return { kind: 'refused-by-kernel', message };
  }

  /** Entries of the running functions, outermost first, from the program on that was tail called last. */
  #chain({ frames, memory, code }: Machine): number[] {
    const entries: number[] = [];
    for (let { depth } = frames; depth >= 0; depth--) {
      entries.unshift(code.slotOfIp(memory.view.getUint32(frames.record(depth) + frame.entryIp, true)));
      if (frames.tailCalls(depth).length > 0) break;
    }
    return entries;
  }

  #hasPrivateStacks(machine: Machine, program: FunctionStack | undefined): boolean {
    if (program === undefined || !privateStackTypes.includes(machine.programType)) return false;
    return ![...this.#reachable(program)].some(({ tailCalls }) => tailCalls);
  }

  #reachable(from: FunctionStack, found = new Set<FunctionStack>()): Set<FunctionStack> {
    found.add(from);
    for (const callee of from.callees) {
      const next = this.#functions.get(callee);
      if (next !== undefined && !found.has(next)) this.#reachable(next, found);
    }
    return found;
  }
}

/** Why there is no frame for one more call; undefined where there is. */
export function refusalOfFrame({ frames, kernelRules }: Machine): FaultCause | undefined {
  const { depth } = frames;
  if (depth + 1 < maximumFrames) return undefined;
  const replaced = Array.from({ length: depth + 1 }, (_, at) => at).some(
    (at) => at > 0 && frames.tailCalls(at).length > 0,
  );
  if (!replaced && kernelRules)
    return { kind: 'refused-by-kernel', message: `the call stack of ${depth + 2} frames is too deep` };
  // Each program has 8 frames of its own in the kernel, also one that a subprogram has tail called.
  const message = replaced
    ? `the machine has ${maximumFrames} frames for a program together with what its subprograms tail call, the kernel has more`
    : `the machine has ${maximumFrames} frames, as many as the kernel allows`;
  return { kind: 'call-depth', message };
}

function sumOf(functions: readonly (FunctionStack | undefined)[]): number {
  return functions.reduce((sum, each) => sum + (each?.bytes ?? 0), 0);
}

function readFunction({ code }: LinkedProgram, own: LinkedFunction): FunctionStack {
  const { name, firstSlot: entry, slots } = own;
  const callees = new Set<number>();
  let tailCalls = false;
  for (let slot = entry; slot < entry + slots;) {
    const result = decode(code, slot);
    if (result.ok) {
      const { row, imm } = result.value;
      const { semantics } = row;
      if (semantics.kind === 'lddw' && semantics.value === 'func') callees.add(slot + 1 + imm);
      if (semantics.kind === 'call') {
        if (semantics.target === 'subprogram') callees.add(slot + 1 + imm);
        if (semantics.target === 'helper' && imm === tailCall) tailCalls = true;
      }
    }
    slot += result.ok ? result.value.slots : 1;
  }
  return { name, entry, bytes: stackUse(code, own), callees, tailCalls };
}
