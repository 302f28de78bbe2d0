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
  const dispatch = f.loop();
  writeStrictCheck(w);
  const labels = handlers.map(() => f.block()).reverse();
  const otherwise = labels[specialHandler];
  if (otherwise === undefined) throw new Error('the special handler is missing');
  f.get(w.handler);
  f.brTable(labels, otherwise);
  for (const work of handlers) {
    f.end();
    writeHandler(w, work, dispatch);
  }
  f.op(wasm.unreachable);
  f.end();
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
function writeHandler(w: InterpreterWriter, work: HandlerWork, dispatch: Label): void {
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
      return writeBreakpoint(w, dispatch);
    case 'special':
    case 'packet_load':
      return f.br(w.slow);
  }
}
