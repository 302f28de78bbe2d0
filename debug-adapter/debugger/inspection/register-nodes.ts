import { failed, type Result } from '../../../vm/base/problem.ts';
import type { DebugFrame } from '../frame.ts';
import type { ValueFormat, VariableNode } from '../variable.ts';
import { registerStorage } from './arguments.ts';
import { basic } from '../../debug-info/c-type.ts';
import { numberIn } from './display-format.ts';
import { addressText, hexNumber } from './format-value.ts';
import { textNode, type NodeContext } from './nodes.ts';
import type { Target } from './target.ts';
import { numberValue, readOnly, type Value } from './value.ts';

export const registerCount = 11;
export const notSaved = '<not saved>';
/** The frame pointer, which no instruction may change. */
const framePointer = 10;

/** r0 to r10 of a frame, then where it stands and when. */
export function registerNodes(context: NodeContext, frame: DebugFrame): readonly VariableNode[] {
  const { target } = context;
  const nodes = Array.from({ length: registerCount }, (_, number) => registerNode(context, frame, number));
  return [
    ...nodes,
    pcNode(context, frame),
    textNode('cycle', `${target.machine.cycle}`, { evaluateName: '$cycle', virtual: true }),
  ];
}

function pcNode(context: NodeContext, { address }: DebugFrame): VariableNode {
  const text = ({ hex }: ValueFormat): string => addressText(address, textOptions(context, hex));
  return { ...textNode('pc', text, { evaluateName: '$pc', virtual: true }), address };
}

function registerNode(context: NodeContext, frame: DebugFrame, number: number): VariableNode {
  const { target } = context;
  const name = `r${number}`;
  const value = registerValue(target, frame, number);
  if (value === undefined) return textNode(name, notSaved, { type: 'u64' });
  const bits = (): bigint => target.host.frameRegisters(frame)[number] ?? 0n;
  const { assign } = context;
  return {
    ...textNode(name, (format) => registerText(context, bits(), format), {
      type: 'u64',
      evaluateName: `$${name}`,
    }),
    data: { kind: 'none', reason: `${name} is a register: only memory can be watched` },
    get address() {
      return target.read(bits(), 1) === undefined ? undefined : bits();
    },
    assign:
      assign === undefined
        ? undefined
        : (text): Result<void> =>
            value.storage.write === undefined
              ? failed({ code: 'read-only', message: readOnlyReason(number) })
              : assign(value, text),
  };
}

function readOnlyReason(number: number): string {
  return number === framePointer
    ? 'r10 is the frame pointer: no program can change it'
    : 'registers can be changed in the innermost frame only';
}

/** A register as an unsigned 64-bit number; writable in the innermost frame. Undefined where it was not saved. */
export function registerValue(target: Target, frame: DebugFrame, number: number): Value | undefined {
  const bits = target.host.frameRegisters(frame)[number];
  if (bits === undefined) return undefined;
  const innermost = frame.kind === 'function' && frame.depth === target.machine.frames.depth;
  if (!innermost) return numberValue(basic.u64, bits);
  const storage = registerStorage(target, number);
  return { type: basic.u64, storage: number === framePointer ? readOnly(storage) : storage };
}

function registerText(context: NodeContext, bits: bigint, { hex, as: format }: ValueFormat): string {
  const formatted = format && numberIn(format, bits, 64);
  if (formatted !== undefined) return formatted;
  const text = addressText(bits, textOptions(context, hex));
  if (text.endsWith('>')) return text;
  if (hex) return text;
  const signed = BigInt.asIntN(64, bits);
  return signed < 0n ? `${signed} (${hexNumber(bits)})` : `${bits}`;
}

function textOptions({ target, limits }: NodeContext, hex: boolean): Parameters<typeof addressText>[1] {
  return { hex, surroundings: target, limits };
}
