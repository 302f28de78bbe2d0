import { emitAlu, emitArenaAddress, emitByteSwap } from '../semantics.ts';
import { buildTouches } from '../watch-code.ts';
import { encodeModule } from '../wasm/module.ts';
import type { Label } from '../wasm/function-builder.ts';
import { valueType, wasm } from '../wasm/opcodes.ts';
import { writeAtomic, writeLoad, writeStore } from './access.ts';
import {
  writeBreakpoint,
  writeCallSubprogram,
  writeCheckedExit,
  writeExit,
  writeGoto,
  writeJump,
  writeMayGoto,
} from './control.ts';
import { breakpointHandler, handlers, specialHandler, type HandlerWork } from './handlers.ts';
import { hostImports, InterpreterWriter, plainCalls, type InterpreterFlavour } from './writer.ts';

/**
 * The interpreter as a WebAssembly module: `run()` executes decoded instructions (`decoded` in machine/layout.ts)
 * from state.ip until the budget is used up or something stops it, and returns an exit reason.
 */
export function buildInterpreterModule(flavour: InterpreterFlavour): Uint8Array<ArrayBuffer> {
  const { f } = new InterpreterWriter(flavour, writeHandlers, writeExit);
  return encodeModule({
    imports: hostImports.map((name) => ({ name, parameters: [], results: [valueType.i32] })),
    functions: flavour.watch ? [f, buildTouches()] : [f],
    exports: { run: 0 },
  });
}

function writeHandlers(w: InterpreterWriter): void {
  const { f } = w;
  const numbers = [...handlers.keys()];
  // The breakpoint's comes first: from there all others can still be reached. A loop around them costs a quarter.
  const order = [breakpointHandler, ...numbers.filter((number) => number !== breakpointHandler)];
  writeStrictCheck(w);
  const labels = new Map<number, Label>();
  for (const number of order.toReversed()) labels.set(number, f.block());
  const labelOf = (number: number): Label => {
    const label = labels.get(number);
    if (label === undefined) throw new Error(`handler ${number} is missing`);
    return label;
  };
  f.get(w.handler);
  f.brTable(numbers.map(labelOf), labelOf(specialHandler));
  f.end();
  writeBreakpoint(w);
  labels.delete(breakpointHandler);
  writeStrictCheck(w);
  f.get(w.handler);
  f.brTable(
    numbers.map((number) => labelOf(labels.has(number) ? number : specialHandler)),
    labelOf(specialHandler),
  );
  for (const number of order.slice(1)) {
    f.end();
    const work = handlers[number];
    if (work !== undefined) writeHandler(w, work);
  }
}

/** A breakpoint comes first: what it stands for is checked once it is passed. */
function writeStrictCheck({ f, strict, handler, slow }: InterpreterWriter): void {
  if (strict === undefined) return;
  f.get(handler);
  f.i32(breakpointHandler);
  f.op(wasm.i32_ne);
  f.if();
  strict.checkRegisters(slow);
  f.end();
}

/** Ends in a branch: nothing falls into the handler behind it. */
function writeHandler(w: InterpreterWriter, work: HandlerWork): void {
  const { f } = w;
  switch (work.kind) {
    case 'alu':
      w.setDst(() => emitAlu(f, work.operation, work.width, w.dst, w.operand));
      return w.advance();
    case 'byteswap':
      w.setDst(() => emitByteSwap(f, work.order, work.bits, w.dst, w.wide));
      return w.advance();
    case 'lddw':
      w.setDst(() => w.operand.push64());
      return w.advance(2);
    case 'addr_space_cast':
      w.setDst(() => emitArenaAddress(f, w.operand, () => w.pushConstant(), w.wide));
      return w.advance();
    case 'load':
      return writeLoad(w, work.size, work.signed);
    case 'store':
      return writeStore(w, work.size);
    case 'atomic':
      return writeAtomic(w, work);
    case 'jump':
      return writeJump(w, work);
    case 'goto':
      return writeGoto(w);
    case 'may_goto':
      return writeMayGoto(w);
    case 'call':
      return work.target === 'subprogram'
        ? writeCallSubprogram(w)
        : w.callHost('callHelper', () => f.br(w.next));
    case 'exit':
      w.strict?.checkExit(w.slow);
      return writeCheckedExit(w);
    case 'lookup':
    case 'update':
    case 'remove':
      return w.callHost(plainCalls(w.flavour) ? work.kind : 'callHelper', () => f.br(w.next));
    case 'breakpoint':
      throw new Error('the handler of breakpoints is written before all others');
    case 'special':
    case 'packet_load':
      return f.br(w.slow);
  }
}
