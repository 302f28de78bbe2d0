import { stackSize } from '../../machine/layout.ts';
import { maximumRegions, regionRow } from '../../memory/regions.ts';
import { emitRegionCheck, pushRowField } from '../region-access.ts';
import { wasm } from '../wasm/opcodes.ts';
import { limitOf, type AccessGroup, type AccessPlan } from './access-plan.ts';
import type { ChunkWriter } from './chunk-writer.ts';
import type { CodeInstruction } from './instructions.ts';

/** Ids from here on are no regions: the addresses are too large. */
const addressEnd = BigInt(maximumRegions) << 32n;

/**
 * Pushes the linear offset of an access and returns what has to be added to it in the access itself. Leaves to the
 * interpreter where the region table does not allow the access, with nothing changed.
 */
export function pushAddress(w: ChunkWriter, instruction: CodeInstruction, plan: AccessPlan): number {
  const { f } = w;
  switch (plan.kind) {
    case 'stack':
      f.get(w.stack);
      return plan.offset;
    case 'fixed':
      f.i32(plan.linear);
      return 0;
    case 'indexed':
      f.get(w.register(instruction.base));
      f.op(wasm.i32_wrap_i64);
      f.i32(plan.add);
      f.op(wasm.i32_add);
      if (plan.stack) {
        f.get(w.stack);
        f.op(wasm.i32_add);
      }
      return 0;
    case 'checked': {
      const { group, first } = plan;
      const kept = group.accesses > 1;
      if (first) {
        if (!pushInRegion(w, instruction, group)) pushChecked(w, instruction, group);
        if (kept) f.tee(w.rangeLocal(group.index));
      } else {
        f.get(w.rangeLocal(group.index));
      }
      return plan.offset - group.from;
    }
  }
}

/** As `pushChecked`, where the accesses can be in one region only; false where they cannot be allowed there. */
function pushInRegion(w: ChunkWriter, { slot, base }: CodeInstruction, group: AccessGroup): boolean {
  const { f } = w;
  const { region, from, to, reads, writes } = group;
  if (region === undefined) return false;
  const limit = region === 'stack' ? stackSize : limitOf(region, reads, writes);
  if (limit < to - from) return false;
  const distance = BigInt(from - group.baseOffset);
  w.setPc(slot);
  f.get(w.register(base));
  if (region === 'stack') {
    f.get(w.register(10));
    f.op(wasm.i64_sub);
    f.i64(distance + BigInt(stackSize));
  } else {
    f.i64(distance - (BigInt(region.id) << 32n) - BigInt(region.start));
  }
  f.op(wasm.i64_add);
  f.tee(w.wide);
  f.i64Small(limit - (to - from));
  f.op(wasm.i64_gt_u);
  f.brIf(w.interpret);
  f.get(w.wide);
  f.op(wasm.i32_wrap_i64);
  if (region === 'stack') f.get(w.stack);
  else f.i32(region.base);
  f.op(wasm.i32_add);
  return true;
}

/** Linear offset of the first byte of a group's range, every byte of it looked up in the region table. */
function pushChecked(w: ChunkWriter, { slot, base }: CodeInstruction, group: AccessGroup): void {
  const { f } = w;
  const distance = group.from - group.baseOffset;
  w.setPc(slot);
  f.get(w.register(base));
  if (distance !== 0) {
    f.i64(BigInt(distance));
    f.op(wasm.i64_add);
  }
  f.tee(w.wide);
  f.i64(addressEnd);
  f.op(wasm.i64_ge_u);
  f.brIf(w.interpret);
  f.get(w.wide);
  f.i64Small(32 - regionRow.shift);
  f.op(wasm.i64_shr_u, wasm.i32_wrap_i64);
  f.i32(-regionRow.sizeOf);
  f.op(wasm.i32_and);
  f.set(w.row);
  const limits = [
    ...(group.reads ? [regionRow.readLimit] : []),
    ...(group.writes ? [regionRow.writeLimit] : []),
  ];
  const locals = { address: w.wide, row: w.row, offset: w.offset };
  emitRegionCheck(f, locals, group.to - group.from, limits, w.interpret);
  pushRowField(f, w.row, regionRow.base);
  f.get(w.offset);
  f.op(wasm.i32_add);
}
