import type { Kfunc, Outcome } from '../../machine/helper.ts';
import { outcome } from '../../machine/helper.ts';
import { state } from '../../machine/layout.ts';
import type { Machine } from '../../machine/machine.ts';
import { functionAt } from '../../object/link/lookup.ts';
import type { LinkedFunction } from '../../object/linked-program.ts';

/**
 * bpf_throw(cookie): all frames are left, and the program returns the cookie; or, where it names one, its exception
 * callback takes the program's place and is given the cookie.
 */
function call(machine: Machine): Outcome {
  const { frames, memory, references, locks } = machine;
  for (let { depth } = frames; depth >= 0; depth--) {
    const inCallback = frames.read(depth).kind === 'callback';
    if (inCallback && machine.refuse('bpf_throw kfunc cannot be called from callback subprog'))
      return outcome.fault;
  }
  const kept = references.leak('bpf_throw');
  if (kept !== undefined && machine.kernelRules) return machine.fail(kept);
  const inside = locks.heldSection;
  if (inside !== undefined && machine.refuse(`bpf_throw cannot be used inside ${inside}-ed region`))
    return outcome.fault;
  const cookie = machine.register(1);
  const ip = memory.view.getUint32(state.ip, true);
  const handler = exceptionCallback(machine);
  while (frames.depth > 0) frames.pop();
  memory.view.setUint32(state.ip, ip, true);
  if (handler === undefined) {
    machine.setRegister(0, cookie);
    return outcome.exit;
  }
  memory.view.setBigUint64(state.registers + 80, frames.read(0).stackTop, true);
  frames.replace(ip, machine.code.ipOfSlot(handler.firstSlot), machine.cycle + 1);
  return outcome.reload;
}

/** The function that the program's declaration tag `exception_callback:NAME` names. */
function exceptionCallback({ frames, code, program }: Machine): LinkedFunction | undefined {
  const own = functionAt(program, code.slotOfIp(frames.read(0).entryIp));
  const { btf } = program.object;
  if (own?.btfId === undefined || btf === undefined) return undefined;
  const prefix = 'exception_callback:';
  for (let id = 1; btf.has(id); id++) {
    const type = btf.type(id);
    if (type.kind !== 'decl_tag' || type.typeId !== own.btfId || !type.name.startsWith(prefix)) continue;
    return program.functions.find(({ name }) => name === type.name.slice(prefix.length));
  }
  return undefined;
}

export const throwKfuncs: readonly Kfunc[] = [{ name: 'bpf_throw', call }];
