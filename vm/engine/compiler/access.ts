import { regionTable, stackSize } from '../../machine/layout.ts';
import { maximumRegions, regionRow, type Region } from '../../memory/regions.ts';
import { emitRegionCheck, pushRowField } from '../region-access.ts';
import { accessBits, accessOfWork, emitWatchTest } from '../watch-code.ts';
import { wasm } from '../wasm/opcodes.ts';
import { limitOf, type AccessGroup, type AccessPlan } from './access-plan.ts';
import type { ChunkWriter } from './chunk-writer.ts';
import type { CodeInstruction } from './instructions.ts';

/** Ids from here on are no regions: the addresses are too large. */
const addressEnd = BigInt(maximumRegions) << 32n;

/**
 * Pushes the linear offset of an access and returns what has to be added to it in the access itself. Leaves to the
 * interpreter where the region table does not allow the access or where it may touch what is watched, with nothing
 * changed. `keySize`: what a lookup reads.
 */
export function pushAddress(
  w: ChunkWriter,
  instruction: CodeInstruction,
  plan: AccessPlan,
  keySize?: number,
): number {
  const add = pushAllowed(w, instruction, plan);
  if (w.context.options.watch === true) writeWatchTest(w, instruction, add, keySize);
  return add;
}

/** Each access by itself, not their groups: neighbours of what is watched stay fast. */
function writeWatchTest(w: ChunkWriter, instruction: CodeInstruction, add: number, keySize = 0): void {
  const { f } = w;
  const { size, accesses } = accessOfWork(instruction.work) ?? { size: keySize, accesses: accessBits.read };
  f.set(w.offset);
  emitWatchTest(f, w.offset, add, size, accesses, w.context.touches, () => {
    w.setPc(instruction.slot);
    f.br(w.interpret);
  });
  f.get(w.offset);
}

function pushAllowed(w: ChunkWriter, instruction: CodeInstruction, plan: AccessPlan): number {
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
      if (first) {
        if (!pushInRegion(w, instruction, group)) pushChecked(w, instruction, group);
        if (group.local >= 0) f.tee(w.rangeLocal(group.local));
      } else {
        f.get(w.rangeLocal(group.local));
      }
      return plan.offset - group.from;
    }
  }
}

/** As `pushChecked`, where the accesses are looked for in one region only; false where they cannot be allowed there. */
function pushInRegion(w: ChunkWriter, instruction: CodeInstruction, group: AccessGroup): boolean {
  const { region } = group;
  if (region === undefined) return false;
  if (region === 'stack') return pushInStack(w, instruction, group);
  const moves = region.kind !== 'map_value' || w.context.machine.maps[region.owner]?.layout?.kind !== 'array';
  if (moves && region.slotMask === 0xffffffff) pushInMovingRegion(w, instruction, group, region);
  else if (limitOf(region, group.reads, group.writes) < group.to - group.from) return false;
  else if (region.slotMask === 0xffffffff) pushInFixedRegion(w, instruction, group, region);
  else pushInSlot(w, instruction, group, region, moves);
  return true;
}

function pushInStack(
  w: ChunkWriter,
  { slot, base }: CodeInstruction,
  { from, to, baseOffset }: AccessGroup,
): boolean {
  const { f } = w;
  if (stackSize < to - from) return false;
  w.setPc(slot);
  f.get(w.register(base));
  f.get(w.register(10));
  f.op(wasm.i64_sub);
  f.i64(BigInt(from - baseOffset + stackSize));
  f.op(wasm.i64_add);
  f.tee(w.wide);
  f.i64Small(stackSize - (to - from));
  f.op(wasm.i64_gt_u);
  f.brIf(w.interpret);
  pushWideLow(w);
  f.get(w.stack);
  f.op(wasm.i32_add);
  return true;
}

/** Leaves the distance of the range from the region's first byte in `wide` and on the stack. */
function pushDistance(
  w: ChunkWriter,
  { slot, base }: CodeInstruction,
  group: AccessGroup,
  region: Region,
): void {
  const { f } = w;
  // Runs and helpers move the first byte of the packet.
  const moves = region.kind === 'packet';
  const start = moves ? 0n : (BigInt(region.id) << 32n) + BigInt(region.start);
  w.setPc(slot);
  f.get(w.register(base));
  f.i64(BigInt(group.from - group.baseOffset) - start);
  f.op(wasm.i64_add);
  if (moves) {
    f.i32(0);
    f.memory(wasm.i64_load32_u, regionTable + region.id * regionRow.sizeOf + regionRow.start);
    f.op(wasm.i64_sub);
  }
  f.tee(w.wide);
}

/** Global data. */
function pushInFixedRegion(
  w: ChunkWriter,
  instruction: CodeInstruction,
  group: AccessGroup,
  region: Region,
): void {
  const { f } = w;
  pushDistance(w, instruction, group, region);
  f.i64Small(limitOf(region, group.reads, group.writes) - (group.to - group.from));
  f.op(wasm.i64_gt_u);
  f.brIf(w.interpret);
  pushWideLow(w);
  f.i32(region.base);
  f.op(wasm.i32_add);
}

/** The packet, the context: their place and size change from run to run, and by helpers. */
function pushInMovingRegion(
  w: ChunkWriter,
  instruction: CodeInstruction,
  group: AccessGroup,
  region: Region,
): void {
  const { f } = w;
  const row = regionTable + region.id * regionRow.sizeOf;
  const pushLimit = (): void => {
    const limits = [
      ...(group.reads ? [regionRow.readLimit] : []),
      ...(group.writes ? [regionRow.writeLimit] : []),
    ];
    limits.forEach((limit, index) => {
      f.i32(0);
      f.memory(wasm.i64_load32_u, row + limit);
      // Limits of one row are the same number or 0.
      if (index > 0) f.op(wasm.i64_and);
    });
  };
  pushDistance(w, instruction, group, region);
  pushLimit();
  f.op(wasm.i64_gt_u);
  f.get(w.wide);
  f.i64Small(group.to - group.from);
  f.op(wasm.i64_add);
  pushLimit();
  // The sum alone would be small again where the distance is just below zero.
  f.op(wasm.i64_gt_u, wasm.i32_or);
  f.brIf(w.interpret);
  pushWideLow(w);
  f.i32(0);
  f.memory(wasm.i32_load, row + regionRow.base);
  f.op(wasm.i32_add);
}

/** Values of a map. `moves`: the map grows, its values move. */
function pushInSlot(
  w: ChunkWriter,
  instruction: CodeInstruction,
  group: AccessGroup,
  region: Region,
  moves: boolean,
): void {
  const { f } = w;
  const row = regionTable + region.id * regionRow.sizeOf;
  pushDistance(w, instruction, group, region);
  if (moves) {
    f.i32(0);
    f.memory(wasm.i64_load32_u, row + regionRow.size);
  } else {
    f.i64(BigInt(region.size));
  }
  f.op(wasm.i64_ge_u);
  pushWideLow(w);
  f.i32(region.slotMask);
  f.op(wasm.i32_and);
  f.i32(limitOf(region, group.reads, group.writes) - (group.to - group.from));
  f.op(wasm.i32_gt_u, wasm.i32_or);
  f.brIf(w.interpret);
  pushWideLow(w);
  if (moves) {
    f.i32(0);
    f.memory(wasm.i32_load, row + regionRow.base);
  } else {
    f.i32(region.base);
  }
  f.op(wasm.i32_add);
}

function pushWideLow(w: ChunkWriter): void {
  w.f.get(w.wide);
  w.f.op(wasm.i32_wrap_i64);
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
