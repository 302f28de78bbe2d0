import { expectOk } from '../../../vm/base/problem.ts';
import { VirtualMachine } from '../../../vm/engine/virtual-machine.ts';
import { defaultEnvironment } from '../../../vm/environment/environment.ts';
import { functionAt, functionByName } from '../../../vm/object/link/lookup.ts';
import { link } from '../../../vm/object/link/link.ts';
import { readObject } from '../../../vm/object/read-object.ts';
import { selectProgram } from '../../../vm/object/select-program.ts';
import type { RunInput } from '../../../vm/programs/family.ts';
import { Recording } from '../../../vm/history/recording.ts';
import { readDebugInfo } from '../../debug-info/dwarf/read-debug-info.ts';
import { Evaluator } from '../../expressions/evaluator.ts';
import { CodeIndex } from '../code-index.ts';
import { CodeScopes } from '../code-scopes.ts';
import type { DebugFrame } from '../frame.ts';
import { LineIndex } from '../line-index.ts';
import { SourceView } from '../source-view.ts';
import { frameRegisters } from '../stack.ts';
import type { VariableNode } from '../variable.ts';
import { Inspector } from './inspector.ts';
import type { Edit } from './target.ts';

/** For tests: a program that stands still somewhere, and what the debugger says of it. */
export class StoppedProgram {
  readonly vm: VirtualMachine;
  readonly inspector: Inspector;
  readonly evaluator: Evaluator;
  readonly edits: Edit[] = [];
  readonly #scopes: CodeScopes;

  /** `prepare` fills the maps before the run. */
  constructor(
    object: Uint8Array,
    prepare: (vm: VirtualMachine) => void = () => undefined,
    input: RunInput = {},
    programName?: string,
  ) {
    const program = expectOk(link(expectOk(readObject(object, 'test.bpf.o'))));
    this.vm = expectOk(VirtualMachine.create(program, defaultEnvironment));
    prepare(this.vm);
    expectOk(this.vm.startRun(expectOk(selectProgram(program.object, programName)), input));
    const code = new CodeIndex(program);
    this.#scopes = new CodeScopes(code, readDebugInfo(program.object));
    const lines = new LineIndex(code, this.#scopes);
    const recording = new Recording(this.vm);
    this.inspector = new Inspector(this.vm, {
      source: new SourceView(code, this.#scopes, lines, recording, () => undefined),
      frameRegisters: (frame) => frameRegisters(this.vm.machine, frame),
      change: (change) => recording.change(change),
      edited: (edit) => this.edits.push(edit),
    });
    this.evaluator = new Evaluator(this.inspector);
  }

  /** Runs to the `times`-th arrival at the first instruction of a function. */
  runTo(functionName: string, times = 1): void {
    const slot = functionByName(this.vm.machine.program, functionName)?.firstSlot;
    if (slot === undefined) throw new Error(`no function ${functionName}`);
    this.vm.setBreakpoints([slot]);
    for (let i = 0; i < times; i++) {
      if (i > 0) this.vm.passBreakpoint();
      this.vm.run(1_000_000);
    }
    this.vm.setBreakpoints([]);
  }

  step(cycles = 1): void {
    this.vm.run(cycles);
  }

  /** The frame of the function at a depth; the innermost by default. */
  frame(depth = this.vm.machine.frames.depth, kind: DebugFrame['kind'] = 'function'): DebugFrame {
    const { machine } = this.vm;
    const inner = depth < machine.frames.depth ? machine.frames.read(depth + 1) : undefined;
    const slot = inner === undefined ? machine.slot : machine.code.slotOfIp(inner.callIp);
    return {
      id: depth,
      kind,
      name: '',
      depth,
      slot,
      address: machine.code.addressOfSlot(slot),
      function: functionAt(machine.program, slot),
      source: undefined,
      scope: undefined,
      inlined: false,
      callback: kind === 'helper' ? machine.frames.read(depth).callback : undefined,
    };
  }

  /** The same with what debug information says of it. */
  sourceFrame(depth = this.vm.machine.frames.depth): DebugFrame {
    const frame = this.frame(depth);
    return { ...frame, scope: this.#scopes.scopeAt(frame.slot) };
  }

  scope(name: string, frame = this.frame()): VariableNode {
    const found = this.inspector.scopes(frame).find((scope) => scope.name === name);
    if (found === undefined) throw new Error(`no scope ${name}`);
    return found.root;
  }

  /** Children of a node as `name: type = value`, two levels at most. */
  lines(node: VariableNode, depth = 1, indent = ''): readonly string[] {
    const children = [
      ...node.children('named', 0, node.named),
      ...node.children('indexed', 0, Math.min(node.indexed, 20)),
    ];
    return children.flatMap((child) => [
      `${indent}${child.name}: ${child.type ?? '-'} = ${child.value({ hex: false })}`,
      ...(depth > 1 ? this.lines(child, depth - 1, `${indent}  `) : []),
    ]);
  }

  /** Value of an expression, or the problem's message. */
  evaluate(text: string, frame = this.frame()): string {
    const result = this.evaluator.evaluate(text, frame, 'watch');
    return result.ok ? result.value.value({ hex: false }) : `! ${result.problem.message}`;
  }
}
