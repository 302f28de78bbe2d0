import { readFileSync } from 'node:fs';
import { expectOk, ok } from '../../vm/base/problem.ts';
import type { VirtualMachine } from '../../vm/engine/virtual-machine.ts';
import { Recording } from '../../vm/history/recording.ts';
import { prepareScenario, startScenarioRun } from '../../vm/inputs/prepare-scenario.ts';
import { parseScenario } from '../../vm/inputs/scenario.ts';
import { visibleMembers } from '../../debug-adapter/debug-info/c-type.ts';
import type { DebugLocation, DebugScope } from '../../debug-adapter/debug-info/debug-info.ts';
import { readDebugInfo } from '../../debug-adapter/debug-info/dwarf/read-debug-info.ts';
import { CodeIndex } from '../../debug-adapter/debugger/code-index.ts';
import { CodeScopes } from '../../debug-adapter/debugger/code-scopes.ts';
import type { DebugFrame } from '../../debug-adapter/debugger/frame.ts';
import { formatValue, shortText } from '../../debug-adapter/debugger/inspection/format-value.ts';
import { FrameLocals, type LocalState } from '../../debug-adapter/debugger/inspection/locals/locals.ts';
import { Target } from '../../debug-adapter/debugger/inspection/target.ts';
import { elementOf, placeMember, type Value } from '../../debug-adapter/debugger/inspection/value.ts';
import { LineIndex } from '../../debug-adapter/debugger/line-index.ts';
import { SourceView } from '../../debug-adapter/debugger/source-view.ts';
import { frameRegisters } from '../../debug-adapter/debugger/stack.ts';

/** What the debugger says of one variable at one stop. */
export interface Sight {
  /** Function and variable. */
  readonly name: string;
  readonly line: number;
  readonly kind: LocalState['kind'];
  /** The scalar parts that are known, by path; without what differs from build to build: addresses of the stack. */
  readonly parts: ReadonlyMap<string, string>;
  /** Whether parts of it are not known. */
  readonly partial: boolean;
}

const root = new URL('../../', import.meta.url);

/**
 * Runs a scenario with an object, stops at every line, and looks at the variables of the function there and of those
 * that it is inlined in; `callers`: at every row of the line table, and at the functions that have called it too.
 */
export async function watch(
  scenario: object,
  path: string,
  frames: 'callers' | 'inlined',
): Promise<readonly Sight[]> {
  const parsed = expectOk(parseScenario({ ...scenario, object: path }));
  const files = {
    readFile: (file: string) => Promise.resolve(ok(new Uint8Array(readFileSync(new URL(file, root))))),
  };
  const prepared = expectOk(await prepareScenario(parsed, files));
  const { vm } = prepared;
  const watcher = new Watcher(vm, frames === 'callers');
  for (const run of parsed.runs) {
    const before = watcher.recording.moment;
    const program = expectOk(await startScenarioRun(prepared, run, files));
    watcher.recording.keep(before);
    if (program !== undefined) watcher.run();
    else watcher.runDue();
  }
  return watcher.sights;
}

class Watcher {
  readonly sights: Sight[] = [];
  readonly recording: Recording;
  readonly #vm: VirtualMachine;
  readonly #scopes: CodeScopes;
  readonly #lines: LineIndex;
  readonly #target: Target;
  readonly #callers: boolean;
  readonly #start: bigint;

  constructor(vm: VirtualMachine, callers: boolean) {
    this.#vm = vm;
    this.#callers = callers;
    this.#start = vm.machine.timeNs;
    const { program } = vm.machine;
    const code = new CodeIndex(program);
    this.#scopes = new CodeScopes(code, readDebugInfo(program.object));
    this.#lines = new LineIndex(code, this.#scopes);
    this.recording = new Recording(vm);
    const source = new SourceView(code, this.#scopes, this.#lines, this.recording, (file) =>
      sourceText(file),
    );
    this.#target = new Target(vm, {
      source,
      patience: Infinity,
      frameRegisters: (frame) => frameRegisters(vm.machine, frame),
    });
    const lines = this.#lines;
    const stops = code.starts.filter((slot) =>
      callers ? lines.rowAt(slot)?.slot === slot : lines.startsRow(slot) && lines.startsLine(slot),
    );
    // Before a function is set up its parameters are not in place.
    const ready = stops.filter((slot) => {
      const linked = code.functionOf(slot);
      return linked === undefined || slot >= (lines.firstRow(linked) ?? 0);
    });
    vm.setBreakpoints(ready);
  }

  run(): void {
    while (this.#vm.run(1_000_000) === 'breakpoint') {
      this.#look();
      this.#vm.passBreakpoint();
    }
  }

  runDue(): void {
    for (;;) {
      const before = this.recording.moment;
      if (!expectOk(this.#vm.startDueRun())) return;
      this.recording.keep(before);
      this.run();
    }
  }

  #look(): void {
    const { machine } = this.#vm;
    let { slot } = machine;
    for (let { depth } = machine.frames; depth >= 0; depth--) {
      this.#lookAt(depth, slot);
      if (!this.#callers || depth === 0) return;
      slot = machine.code.slotOfIp(machine.frames.read(depth).callIp);
    }
  }

  /** The function at a depth and what is inlined there: each stands where it calls the next. */
  #lookAt(depth: number, slot: number): void {
    const chain = this.#scopes.chainAt(slot);
    for (const [i, { name }] of chain.entries()) {
      const callee = chain[i + 1];
      const scope = callee === undefined ? this.#scopes.scopeAt(slot) : callee.parent;
      const line = callee === undefined ? this.#lines.rowAt(slot)?.line : callee.call?.line;
      if (scope !== undefined) this.#lookIn(this.#frame(depth, slot, scope), name, line ?? 0);
    }
  }

  #lookIn(frame: DebugFrame, owner: string, line: number): void {
    const locals = FrameLocals.of(this.#target, frame);
    const states = locals?.states() ?? [];
    for (const [i, { variable }] of (locals?.locals ?? []).entries()) {
      const state = states[i];
      if (state === undefined || isStatic(variable.location)) continue;
      const { parts, partial } = 'value' in state ? this.#parts(state.value) : nothing;
      const name = `${owner}.${variable.name}`;
      this.sights.push({ name, line, kind: state.kind, parts, partial });
    }
  }

  #frame(depth: number, slot: number, scope: DebugScope): DebugFrame {
    const { machine } = this.#vm;
    return {
      ...{ id: 1, kind: 'function', name: '', depth, slot, scope },
      address: machine.code.addressOfSlot(slot),
      function: undefined,
      source: undefined,
      inlined: false,
      callback: undefined,
    };
  }

  /** Builds differ in how many cycles they take, and time passes with them. */
  #isTime(text: string): boolean {
    if (!/^\d+$/.test(text)) return false;
    const passed = BigInt(text) - this.#start;
    return passed > 0n && passed < 200_000n;
  }

  #parts(value: Value): Pick<Sight, 'parts' | 'partial'> {
    const parts = new Map<string, string>();
    let partial = false;
    const walk = (part: Value, path: string): void => {
      const { type } = part;
      if (type.kind === 'struct') {
        for (const member of visibleMembers(type)) walk(placeMember(part, member), `${path}.${member.name}`);
        return;
      }
      if (type.kind === 'array') {
        for (let i = 0; i < type.count; i++) walk(elementOf(part, type, i), `${path}[${i}]`);
        return;
      }
      const text = formatValue(part, { hex: false, surroundings: this.#target, limits: shortText });
      if (text.startsWith('<')) partial = true;
      else parts.set(path, this.#isTime(text) ? 'a time' : withoutPlaces(text));
    };
    walk(value, '');
    return { parts, partial };
  }
}

const nothing = { parts: new Map<string, string>(), partial: false };

/** DW_OP_addr and DW_OP_addrx. */
function isStatic(location: DebugLocation): boolean {
  const first = location.kind === 'expression' ? location.expression.bytes[0] : undefined;
  return first === 0x03 || first === 0xa1;
}

function sourceText(file: string): string | undefined {
  const name = file.slice(file.lastIndexOf('/') + 1);
  for (const folder of ['test/ground-truth/', 'examples/']) {
    try {
      return readFileSync(new URL(folder + name, root), 'utf8');
    } catch {
      continue;
    }
  }
  return undefined;
}

/** Addresses differ from build to build; what they point to does not, but for the stack. */
function withoutPlaces(text: string): string {
  return text
    .replace(/0x[0-9a-f]+ </g, '<')
    .replace(/<(callback_ctx(\+\d+)?, )?(r10-\d+|\w+(\+\d+)?) of \w+>/g, '<stack>')
    .replace(/<\.[\w.]+(\+\d+)?>/g, '<data>');
}
