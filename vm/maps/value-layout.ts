import type { Btf, BtfMember, BtfStruct } from '../object/btf/btf.ts';
import { declarationTags } from '../object/btf/declaration-tags.ts';

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
const roots: ReadonlySet<string> = new Set(['bpf_list_head', 'bpf_rb_root']);
const kernelPointerTags = new Set(['kptr', 'kptr_untrusted', 'percpu_kptr', 'uptr']);
/** Deeper nesting than any value has. */
const deepest = 16;
/** More array elements than the kernel looks at (BTF_FIELDS_MAX is 11). */
const mostElements = 64;

export interface SpecialField {
  readonly name: string;
  readonly offset: number;
  readonly size: number;
  /** What a list or tree may hold, where its declaration tag `contains:STRUCT:MEMBER` says it. */
  readonly contains?: Contained;
}

export interface Contained {
  /** The struct of the objects, and where their node is in it. */
  readonly typeId: number;
  readonly nodeOffset: number;
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
  if (btf !== undefined && typeId !== undefined && btf.has(typeId)) {
    collect(btf, typeId, { offset: 0, depth: 0, tags: [] }, special);
    // The kernel takes none of the fields then.
    if (special.some(({ name, contains }) => roots.has(name) && contains === undefined)) special.length = 0;
  }
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

/** Where in a value a type was found, and what its declaration there is tagged with. */
interface Found {
  readonly offset: number;
  readonly depth: number;
  readonly tags: readonly string[];
}

function collect(btf: Btf, id: number, { offset, depth, tags }: Found, found: SpecialField[]): void {
  if (depth > deepest) return;
  const type = btf.resolve(id);
  switch (type.kind) {
    case 'struct':
      if (specialStructs.has(type.name)) found.push(specialStruct(btf, type, offset, tags));
      else
        type.members.forEach((member, i) =>
          collectMember(btf, member, { offset, depth, tags: declarationTags(btf, type.id, i) }, found),
        );
      break;
    case 'array': {
      const size = btf.sizeOf(type.typeId) ?? 0;
      for (let i = 0; i < Math.min(type.count, mostElements); i++) {
        collect(btf, type.typeId, { offset: offset + i * size, depth: depth + 1, tags }, found);
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
        const place = { offset: offset + variable.offset, depth: depth + 1, tags: [] };
        collect(btf, variable.typeId, place, found);
      }
      break;
    case 'var':
      collect(btf, type.typeId, { offset, depth: depth + 1, tags: declarationTags(btf, type.id) }, found);
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

function collectMember(btf: Btf, member: BtfMember, around: Found, found: SpecialField[]): void {
  if (member.bitSize !== undefined) return;
  const { offset, depth, tags } = around;
  const place = { offset: offset + member.bitOffset / 8, depth: depth + 1, tags };
  collect(btf, member.typeId, place, found);
}

function specialStruct(btf: Btf, type: BtfStruct, offset: number, tags: readonly string[]): SpecialField {
  const { name, size } = type;
  const contains = roots.has(name) ? containedIn(btf, tags) : undefined;
  return { name, offset, size, ...(contains && { contains }) };
}

/** As btf_find_graph_root: of the tag `contains:node_data:node`. */
function containedIn(btf: Btf, tags: readonly string[]): Contained | undefined {
  for (const tag of tags) {
    const [, struct = '', node = ''] = /^contains:([^:]+):([^:]+)$/.exec(tag) ?? [];
    const type = struct === '' ? undefined : btf.byName(struct, 'struct');
    const member = type?.kind === 'struct' ? type.members.find(({ name }) => name === node) : undefined;
    if (type !== undefined && member !== undefined)
      return { typeId: type.id, nodeOffset: member.bitOffset / 8 };
  }
  return undefined;
}
