import { stackSize } from '../../machine/layout.ts';
import type { FunctionDraft, Statement } from './random-program.ts';

/**
 * What random programs do with maps, packets and contexts, most of it as programs that a verifier accepts do it. The
 * context is kept in the value of a map, so that every function finds it.
 */
export interface MachineParts {
  /** Index of a map whose only value holds the context's address. */
  readonly contextMap: number;
  /** Indices of maps to look up; all have keys of 4 bytes and values of at least 8. */
  readonly maps: readonly number[];
  /** Those among them whose values helper 195 finds. */
  readonly perCpuMaps: readonly number[];
  /** Map of keys of 8 bytes. */
  readonly wideMap: number;
  readonly type: 'xdp' | 'tc';
}

const helper = {
  lookup: 1,
  update: 2,
  remove: 3,
  time: 5,
  print: 6,
  random: 7,
  cpu: 8,
  loadBytes: 26,
  forEach: 164,
  loop: 181,
  lookupPerCpu: 195,
} as const;

/** Offsets in the context. */
const contexts = {
  xdp: { data: 0, dataEnd: 4, stores: [12, 16, 20] },
  // mark, priority, tc_index, cb[0] to cb[4], tc_classid; and protocol and hash, which may not be written.
  tc: { data: 76, dataEnd: 80, stores: [8, 32, 44, 48, 52, 56, 60, 64, 72, 8, 32, 44, 48, 64, 72, 16, 68] },
} as const;

const legacyLoads = ['ldabsb', 'ldabsh', 'ldabsw', 'ldindb', 'ldindh', 'ldindw'] as const;

export function prologueOf(parts: MachineParts): Statement {
  return (d) => {
    const { random } = d;
    if (d.index === 0) {
      // Some programs use the context before it has been through memory.
      if (random.chance(60)) packetAccess(d, parts, 1);
      keepContext(d, parts);
      if (parts.type === 'tc' && random.chance(30)) contextStore(d, parts, 1);
      return;
    }
    // Functions are called with addresses as arguments: of a key, a value, a caller's stack.
    for (let count = random.chance(50) ? 1 + random.below(2) : 0; count > 0; count--) {
      d.add('mov64_reg', { dst: 7, src: random.pick([1, 2, 2, 3, 3, 4]) });
      d.accesses(7);
    }
  };
}

export function statementsOf(parts: MachineParts): Statement[] {
  const { random: randomId, cpu, time } = helper;
  const statements: [number, Statement][] = [
    [5, (d) => lookUp(d, parts)],
    [3, (d) => updateOrRemove(d, parts)],
    [2, (d) => forEach(d, parts)],
    [2, (d) => runLoop(d)],
    [3, (d) => callWithStack(d)],
    [
      3,
      (d) => {
        loadContext(d, parts, 1);
        packetAccess(d, parts, 1);
      },
    ],
    [
      1,
      (d) => {
        loadContext(d, parts, 1);
        contextStore(d, parts, 1);
      },
    ],
    [1, (d) => legacyLoad(d, parts)],
    [1, (d) => d.add('call_helper', { imm: d.random.pick([randomId, cpu, time]) })],
    [1, (d) => boundedAccess(d)],
  ];
  return statements.flatMap(([weight, statement]) => new Array<Statement>(weight).fill(statement));
}

/** lddw of the kept context's address, through r2. */
function keepContext(d: FunctionDraft, { contextMap }: MachineParts): void {
  d.add('lddw_map_idx_value', { dst: 2, imm: contextMap });
  d.add('stxdw', { dst: 2, src: 1, off: 0 });
}

function loadContext(d: FunctionDraft, { contextMap }: MachineParts, dst: number): void {
  d.add('lddw_map_idx_value', { dst, imm: contextMap });
  d.add('ldxdw', { dst, src: dst, off: 0 });
}

/** A multiple of 8 below r10, at least `size` bytes. */
function stackPlace(d: FunctionDraft, size: number): number {
  const room = (d.random.chance(98) ? 200 : stackSize + 16) - size;
  return -8 * (Math.ceil(size / 8) + d.random.below(Math.max(1, room >> 3)));
}

/** r`dst` = address in the stack. */
function stackAddress(d: FunctionDraft, dst: number, off: number): void {
  d.add('mov64_reg', { dst, src: 10 });
  d.add('add64_imm', { dst, imm: off });
}

/** Writes a key to the stack and leaves its address in r2, the map's in r1. */
function keyOf(d: FunctionDraft, map: number, wide: boolean): void {
  const { random } = d;
  const off = stackPlace(d, wide ? 8 : 4);
  const store = wide ? 'dw' : 'w';
  if (random.chance(60))
    d.add(`st${store}`, { dst: 10, off, imm: random.below(random.chance(90) ? 6 : 400) });
  else {
    const src = random.pick([0, 1, 3, 4, 5, 8]);
    if (random.chance(80)) d.add('and64_imm', { dst: src, imm: random.pick([3, 7]) });
    d.add(`stx${store}`, { dst: 10, src, off });
  }
  stackAddress(d, 2, off);
  d.add('lddw_map_idx', { dst: 1, imm: map });
}

function anyMap(d: FunctionDraft, { maps, wideMap }: MachineParts): { map: number; wide: boolean } {
  const wide = d.random.chance(12);
  return { map: wide ? wideMap : d.random.pick(maps), wide };
}

function lookUp(d: FunctionDraft, parts: MachineParts): void {
  const { random } = d;
  const perCpu = random.chance(15);
  const { map, wide } = perCpu ? { map: random.pick(parts.perCpuMaps), wide: false } : anyMap(d, parts);
  keyOf(d, map, wide);
  if (perCpu) d.add('mov64_imm', { dst: 3, imm: random.below(random.chance(90) ? 2 : 4) });
  d.add('call_helper', { imm: perCpu ? helper.lookupPerCpu : helper.lookup });
  const use = (): void => {
    const base = random.chance(60) ? 7 : 0;
    if (base === 7) d.add('mov64_reg', { dst: 7, src: 0 });
    d.accesses(base);
    if (random.chance(25)) d.statements(1);
  };
  if (random.chance(3)) use();
  else d.over('jeq64_imm', { dst: 0, imm: 0 }, use);
}

function updateOrRemove(d: FunctionDraft, parts: MachineParts): void {
  const { random } = d;
  const { map, wide } = anyMap(d, parts);
  keyOf(d, map, wide);
  if (random.chance(35)) return d.add('call_helper', { imm: helper.remove });
  if (random.chance(20)) d.add('mov64_reg', { dst: 3, src: random.pick([6, 7]) });
  else stackAddress(d, 3, stackPlace(d, 48));
  d.add('mov64_imm', { dst: 4, imm: random.chance(70) ? 0 : random.below(4) });
  d.add('call_helper', { imm: helper.update });
}

function forEach(d: FunctionDraft, { maps, wideMap }: MachineParts): void {
  const { random } = d;
  const callback = d.laterFunction();
  if (callback === undefined) return;
  d.add('lddw_map_idx', { dst: 1, imm: random.chance(10) ? wideMap : random.pick(maps) });
  d.function('lddw_func', callback, { dst: 2 });
  contextArgument(d, 3);
  d.add('mov64_imm', { dst: 4, imm: random.chance(97) ? 0 : 1 });
  d.add('call_helper', { imm: helper.forEach });
}

function runLoop(d: FunctionDraft): void {
  const callback = d.laterFunction();
  if (callback === undefined) return;
  d.add('mov64_imm', { dst: 1, imm: d.random.below(9) });
  d.function('lddw_func', callback, { dst: 2 });
  contextArgument(d, 3);
  d.add('mov64_imm', { dst: 4, imm: d.random.chance(95) ? 0 : 1 });
  d.add('call_helper', { imm: helper.loop });
}

function contextArgument(d: FunctionDraft, dst: number): void {
  if (d.random.chance(70)) stackAddress(d, dst, stackPlace(d, 48));
  else d.add('mov64_reg', { dst, src: d.random.pick([6, 7, 8]) });
}

function callWithStack(d: FunctionDraft): void {
  const callee = d.laterFunction();
  if (callee === undefined) return;
  for (const argument of [1, 2, 3, 4]) contextArgument(d, argument);
  d.function('call_subprogram', callee);
}

/** Data and its end from the context in r`from`, a test of the bounds, loads and stores behind it. */
function packetAccess(d: FunctionDraft, { type }: MachineParts, from: number): void {
  const { random } = d;
  const { data, dataEnd } = contexts[type];
  d.add('ldxw', { dst: 4, src: from, off: dataEnd });
  d.add('ldxw', { dst: 7, src: from, off: data });
  if (random.chance(30)) {
    const index = random.pick([0, 5, 8]);
    d.add('and64_imm', { dst: index, imm: random.pick([7, 15, 63]) });
    d.add('add64_reg', { dst: 7, src: index });
  }
  d.add('mov64_reg', { dst: 5, src: 7 });
  d.add('add64_imm', { dst: 5, imm: random.chance(95) ? 48 : random.below(48) });
  if (random.chance(90)) d.over('jgt64_reg', { dst: 5, src: 4 }, () => d.accesses(7));
  else d.over('jge64_reg', { dst: 4, src: 5 }, () => d.add('mov64_imm', { dst: 0, imm: 1 }));
}

function contextStore(d: FunctionDraft, { type }: MachineParts, base: number): void {
  const { random } = d;
  const off = random.pick(contexts[type].stores);
  // What a context may not have written is a fault: a few of those.
  if (type === 'xdp' && random.chance(80)) return d.add('ldxw', { dst: 0, src: base, off });
  if (random.chance(50)) d.add('stxw', { dst: base, src: random.pick([0, 3, 4, 8]), off });
  else d.add('stw', { dst: base, off, imm: random.below(1000) });
  d.add('ldxw', { dst: 3, src: base, off });
}

/** BPF_ABS and BPF_IND need the context in r6, which is put back. */
function legacyLoad(d: FunctionDraft, parts: MachineParts): void {
  const { random } = d;
  if (parts.type !== 'tc' && random.chance(90)) return;
  d.add('mov64_reg', { dst: 8, src: 6 });
  loadContext(d, parts, 6);
  const name = random.pick(legacyLoads);
  if (name.startsWith('ldind')) d.add('mov64_imm', { dst: 3, imm: random.below(20) });
  const operands = name.startsWith('ldind') ? { src: 3 } : {};
  d.add(name, { ...operands, imm: random.below(random.chance(95) ? 40 : 200) });
  d.add('mov64_reg', { dst: 6, src: 8 });
}

/** r7 = r6 + a number below a bound that a jump has tested. */
function boundedAccess(d: FunctionDraft): void {
  const { random } = d;
  const index = random.pick([0, 1, 3, 4, 5, 8]);
  const width = random.pick([32, 64]);
  if (random.chance(50)) d.add('ldxb', { dst: index, src: 10, off: -8 });
  d.over(`jgt${width}_imm`, { dst: index, imm: random.below(30) }, () => {
    d.add(random.chance(50) ? 'mov64_reg' : 'mov32_reg', { dst: 5, src: index });
    d.add('mov64_reg', { dst: 7, src: 6 });
    d.add('add64_reg', { dst: 7, src: 5 });
    d.accesses(7);
  });
}
