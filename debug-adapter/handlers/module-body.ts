import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Debugger } from '../debugger/debugger.ts';
import { baseName } from '../debugger/paths.ts';
import { memoryReference } from './memory-reference.ts';

/** The object under debug: the only module there is. */
export function moduleBody({ code, places, source, vm }: Debugger): DebugProtocol.Module & { path: string } {
  const { object } = code.program;
  const { objectPath } = places;
  const known = [source === undefined ? [] : ['DWARF'], object.btf === undefined ? [] : ['BTF']].flat();
  const first = code.starts[0] ?? 0;
  return {
    id: 1,
    name: baseName(objectPath),
    path: objectPath,
    symbolStatus: known.length === 0 ? 'no debug information' : known.join(' and '),
    addressRange: memoryReference(vm.machine.code.addressOfSlot(first)),
  };
}
