import type { Instruction } from '../../vm/isa/row.ts';
import { callbackHelpers } from './inspection/parameters.ts';
import type { Debugger } from './debugger.ts';
import type { SourcePlace } from './frame.ts';
import type { StepOrigin } from './inline-view.ts';
import { sameLine } from './line-index.ts';

/** A call that a step into can go into. */
export interface CallTarget {
  /** Of the call. */
  readonly slot: number;
  /** `count_packet`, `sum — callback of bpf_for_each_map_elem`, `bpf_tail_call`. */
  readonly label: string;
  readonly source: SourcePlace | undefined;
}

const tailCall = 12;
/** Helpers that run a callback before they return. */
const runsCallback: ReadonlySet<number> = new Set([
  callbackHelpers.forEachMapElem,
  callbackHelpers.loop,
  callbackHelpers.userRingbufDrain,
  // bpf_find_vma
  180,
]);

/** The calls of the innermost frame on the line where the user is, in the order of their addresses. */
export function callsOnLine(target: Debugger, { chain, line }: StepOrigin): readonly CallTarget[] {
  const { code, places, scopes, vm } = target;
  const { slot: here } = vm.machine;
  const linked = code.functionOf(here);
  if (linked === undefined) return [];
  const onLine = (slot: number): boolean => {
    if (line === undefined) return slot === here;
    const row = places.lines.rowAt(slot);
    return row !== undefined && sameLine(row, line) && scopes.chainAt(slot).at(-1) === chain.at(-1);
  };
  return code.starts
    .filter((slot) => slot >= linked.firstSlot && slot < linked.firstSlot + linked.slots && onLine(slot))
    .flatMap((slot) => {
      const label = labelOf(target, slot);
      return label === undefined ? [] : [{ slot, label, source: places.placeOf(slot) }];
    });
}

/** Undefined for what calls nothing that can be stepped through. */
function labelOf({ code, vm: { machine } }: Debugger, slot: number): string | undefined {
  const instruction = code.instruction(slot);
  const semantics = instruction?.row.semantics;
  if (instruction === undefined || semantics?.kind !== 'call') return undefined;
  const { imm } = instruction;
  if (semantics.target === 'subprogram') return code.functionFrom(slot + 1 + imm)?.name;
  if (semantics.target === 'helper') {
    const helper = machine.helpers.nameOf(imm) ?? `helper ${imm}`;
    if (imm === tailCall) return helper;
    return runsCallback.has(imm) ? callbackLabel(code, slot, helper) : undefined;
  }
  const name = semantics.target === 'kfunc' ? code.program.kernelFunctions[imm]?.name : undefined;
  return name?.startsWith('bpf_rbtree_add') === true ? callbackLabel(code, slot, name) : undefined;
}

/** The callback is the function whose address was loaded last before the call. */
function callbackLabel(code: Debugger['code'], call: number, helper: string): string {
  let before = (code.indexOf(call) ?? 0) - 1;
  for (; before >= 0; before--) {
    const slot = code.starts[before] ?? 0;
    const instruction = code.instruction(slot);
    if (instruction === undefined || instruction.row.semantics.kind === 'call') break;
    const callee = loadedFunction(instruction, slot);
    const name = callee === undefined ? undefined : code.functionFrom(callee)?.name;
    if (name !== undefined) return `${name} — callback of ${helper}`;
  }
  return `callback of ${helper}`;
}

function loadedFunction({ row, imm }: Instruction, slot: number): number | undefined {
  const { semantics } = row;
  return semantics.kind === 'lddw' && semantics.value === 'func' ? slot + 1 + imm : undefined;
}
