/** Calls, as all dialects write them. */
import { type Draft, draft, withTarget } from './draft.ts';
import { type LineReader, ranges } from './line-reader.ts';

/** What the assembler cannot know of names by itself. */
export interface CallNames {
  /** The id of a helper, for `call bpf_map_lookup_elem`; other names are labels. */
  readonly helper?: (name: string) => number | undefined;
}

/**
 * After `call`: `5` or `name#5` (helper), `pc+3`, `pc+3#name`, `local +3` or a label (subprogram),
 * `kernel-function#5` or `kfunc 5` (kfunc, `@1` for the BTF of a module), a register (callx).
 */
export function parseCall(reader: LineReader, names: CallNames): Draft {
  const token = reader.peek();
  if (token.kind === 'register') return draft('callx', { dst: reader.register(64).number });
  if (reader.startsNumber()) {
    return draft('call_helper', { imm: reader.integer32(ranges.any32, 'a helper') });
  }
  const word = reader.word('what to call');
  switch (word) {
    case 'pc': {
      const imm = reader.integer32(ranges.s32, 'a distance');
      if (reader.accept('#')) reader.word('a name');
      return draft('call_subprogram', { imm });
    }
    case 'local':
      return withTarget(reader, 'call_subprogram', 'imm');
    case 'kernel-function':
      reader.expect('#');
      return parseKfunc(reader);
    case 'kfunc':
      return parseKfunc(reader);
    default:
      if (reader.accept('#')) {
        return draft('call_helper', { imm: reader.integer32(ranges.any32, 'a helper') });
      }
      return callByName(word, names);
  }
}

function parseKfunc(reader: LineReader): Draft {
  const imm = reader.integer32(ranges.any32, 'a BTF id');
  const off = reader.accept('@') ? reader.integer32(ranges.off, 'a BTF index') : 0;
  return draft('call_kfunc', { imm, off });
}

function callByName(name: string, names: CallNames): Draft {
  const id = names.helper?.(name);
  return id === undefined
    ? draft('call_subprogram', {}, { label: name, field: 'imm' })
    : draft('call_helper', { imm: id });
}
