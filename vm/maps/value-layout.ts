import type { Btf, BtfMember } from '../object/btf/btf.ts';

/** Structs that the kernel keeps for itself inside map values (btf_parse_fields in kernel/bpf/btf.c). */
const specialStructs = new Set([
  'bpf_spin_lock',
  'bpf_res_spin_lock',
  'bpf_timer',
  'bpf_wq',
  'bpf_task_work',
  'bpf_list_head',
  'bpf_list_node',
  'bpf_rb_root',
  'bpf_rb_node',
  'bpf_refcount',
]);
const kernelPointerTags = new Set(['kptr', 'kptr_untrusted', 'percpu_kptr', 'uptr']);
/** Deeper nesting than any value has. */
const deepest = 16;
/** More array elements than the kernel looks at (BTF_FIELDS_MAX is 11). */
const mostElements = 64;

export interface SpecialField {
  readonly name: string;
  readonly offset: number;
  readonly size: number;
}

export interface ValueLayout {
  readonly special: readonly SpecialField[];
  readonly hasSpinLock: boolean;
  /** What an update copies: everything but the special fields, as offset and size. */
  readonly copied: readonly (readonly [offset: number, size: number])[];
}

/** What an update of a value copies and leaves alone. Without BTF a value is plain bytes. */
export function valueLayout(
  btf: Btf | undefined,
  typeId: number | undefined,
  valueSize: number,
): ValueLayout {
  const special: SpecialField[] = [];
  if (btf !== undefined && typeId !== undefined && btf.has(typeId)) collect(btf, typeId, 0, 0, special);
  special.sort((a, b) => a.offset - b.offset);
  const copied: [number, number][] = [];
  let at = 0;
  for (const { offset, size } of special) {
    if (offset > at) copied.push([at, offset - at]);
    at = offset + size;
  }
  if (at < valueSize) copied.push([at, valueSize - at]);
  return { special, hasSpinLock: special.some(({ name }) => name === 'bpf_spin_lock'), copied };
}

function collect(btf: Btf, id: number, offset: number, depth: number, found: SpecialField[]): void {
  if (depth > deepest) return;
  const type = btf.resolve(id);
  switch (type.kind) {
    case 'struct':
      if (specialStructs.has(type.name)) found.push({ name: type.name, offset, size: type.size });
      else for (const member of type.members) collectMember(btf, member, offset, depth, found);
      break;
    case 'array': {
      const size = btf.sizeOf(type.typeId) ?? 0;
      for (let i = 0; i < Math.min(type.count, mostElements); i++) {
        collect(btf, type.typeId, offset + i * size, depth + 1, found);
      }
      break;
    }
    case 'ptr': {
      const tag = btf.type(type.typeId);
      if (tag.kind === 'type_tag' && kernelPointerTags.has(tag.name)) {
        found.push({ name: tag.name, offset, size: 8 });
      }
      break;
    }
    case 'datasec':
      for (const variable of type.variables) {
        collect(btf, variable.typeId, offset + variable.offset, depth + 1, found);
      }
      break;
    case 'var':
      collect(btf, type.typeId, offset, depth + 1, found);
      break;
    case 'void':
    case 'int':
    case 'float':
    case 'union':
    case 'enum':
    case 'enum64':
    case 'fwd':
    case 'func':
    case 'func_proto':
    case 'decl_tag':
      break;
  }
}

function collectMember(
  btf: Btf,
  member: BtfMember,
  offset: number,
  depth: number,
  found: SpecialField[],
): void {
  if (member.bitSize !== undefined) return;
  collect(btf, member.typeId, offset + member.bitOffset / 8, depth + 1, found);
}
