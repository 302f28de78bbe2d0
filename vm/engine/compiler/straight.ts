import { emitAlu, emitArenaAddress, emitAtomicResult, emitByteSwap, loads, stores } from '../semantics.ts';
import { pushAddress } from './access.ts';
import type { AccessPlan } from './access-plan.ts';
import type { ChunkWriter } from './chunk-writer.ts';
import type { CodeInstruction } from './instructions.ts';

/** Instructions that go on with the next one. `plan`: of those that access memory. */
export function writeStraight(
  w: ChunkWriter,
  instruction: CodeInstruction,
  plan: AccessPlan | undefined,
): void {
  const { f } = w;
  const { work, dst } = instruction;
  const setDst = (): void => f.set(w.register(dst));
  switch (work.kind) {
    case 'alu':
      emitAlu(f, work.operation, work.width, w.registerOperand(dst), w.secondOperand(instruction));
      return setDst();
    case 'byteswap':
      emitByteSwap(f, work.order, work.bits, w.registerOperand(dst), w.wide);
      return setDst();
    case 'lddw':
      f.i64(instruction.wide);
      return setDst();
    case 'addr_space_cast':
      emitArenaAddress(f, w.secondOperand(instruction), () => f.i64(instruction.wide), w.wide);
      return setDst();
    case 'load': {
      const offset = pushAddress(w, instruction, planned(plan));
      f.memory(loads[work.signed ? 'signed' : 'unsigned'][work.size], offset);
      return setDst();
    }
    case 'store': {
      const offset = pushAddress(w, instruction, planned(plan));
      w.secondOperand(instruction).push64();
      f.memory(stores[work.size], offset);
      return;
    }
    case 'atomic':
      return writeAtomic(w, instruction, planned(plan));
    default:
      throw new Error(`${work.kind} is no instruction that goes on with the next one`);
  }
}

function planned(plan: AccessPlan | undefined): AccessPlan {
  if (plan === undefined) throw new Error('a memory access without a plan');
  return plan;
}

function writeAtomic(w: ChunkWriter, instruction: CodeInstruction, plan: AccessPlan): void {
  const { work, dst, src } = instruction;
  const { f } = w;
  if (work.kind !== 'atomic' || src === undefined) throw new Error('not an atomic instruction');
  const { operation, size } = work;
  if (operation === 'load_acquire') {
    f.memory(loads.unsigned[size], pushAddress(w, instruction, plan));
    f.set(w.register(dst));
    return;
  }
  const offset = pushAddress(w, instruction, plan);
  const source = w.registerOperand(src);
  if (operation === 'store_release') {
    source.push64();
    f.memory(stores[size], offset);
    return;
  }
  if (size !== 4 && size !== 8) throw new Error(`no atomic ${operation} of ${size} bytes`);
  f.tee(w.offset);
  f.get(w.offset);
  f.memory(loads.unsigned[size], offset);
  f.set(w.old);
  emitAtomicResult(f, operation, w.old, source, w.registerOperand(0), size);
  f.memory(stores[size], offset);
  if (operation !== 'cmpxchg' && !work.fetch) return;
  f.get(w.old);
  f.set(w.register(operation === 'cmpxchg' ? 0 : src));
}
