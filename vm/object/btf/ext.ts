import { ByteReader } from '../../base/byte-reader.ts';
import { attempt, raise, type Place, type Result } from '../../base/problem.ts';
import type { Btf } from './btf.ts';

/** BPF_CORE_* of include/uapi/linux/bpf.h (enum bpf_core_relo_kind), by number. */
export const coreRelocationKinds = [
  'field_byte_offset',
  'field_byte_size',
  'field_exists',
  'field_signed',
  'field_lshift_u64',
  'field_rshift_u64',
  'type_id_local',
  'type_id_target',
  'type_exists',
  'type_size',
  'enumval_exists',
  'enumval_value',
  'type_matches',
] as const;

export type CoreRelocationKind = (typeof coreRelocationKinds)[number];

/** .BTF.ext (Documentation/bpf/btf.rst). Offsets are bytes within the named section; records stand as in the file. */
export interface BtfExt {
  readonly functions: readonly BtfExtFunction[];
  readonly lines: readonly BtfExtLine[];
  readonly coreRelocations: readonly BtfExtCoreRelocation[];
}

interface Located {
  readonly section: string;
  readonly offset: number;
}

export interface BtfExtFunction extends Located {
  readonly typeId: number;
}

export interface BtfExtLine extends Located {
  readonly file: string;
  readonly text: string;
  readonly line: number;
  readonly column: number;
}

export interface BtfExtCoreRelocation extends Located {
  readonly kind: CoreRelocationKind;
  readonly typeId: number;
  readonly access: string;
}

const magic = 0xeb9f;
const columnBits = 10;

export function readBtfExt(bytes: Uint8Array, btf: Btf, place: Place = {}): Result<BtfExt> {
  return attempt(() => {
    const reader = new ByteReader(bytes, place);
    const found = reader.u16(0, 'the .BTF.ext magic');
    if (found !== magic) {
      raise(
        'btf-magic',
        `.BTF.ext starts with 0x${magic.toString(16)}, here is 0x${found.toString(16)}`,
        reader.at(0),
      );
    }
    const version = reader.u8(2, 'the .BTF.ext version');
    if (version !== 1)
      raise('btf-version', `.BTF.ext version ${version} is not supported, only 1`, reader.at(2));
    const headerLength = reader.u32(4, 'the .BTF.ext header length');
    const part = <T>(field: number, minimum: number, read: (located: Located, at: number) => T): T[] =>
      headerLength < field + 8
        ? []
        : readRecords(reader, btf, headerLength + reader.u32(field), reader.u32(field + 4), minimum, read);

    return {
      functions: part(8, 8, (located, at) => ({ ...located, typeId: functionType(reader, btf, at + 4) })),
      lines: part(16, 16, (located, at) => {
        const position = reader.u32(at + 12);
        return {
          ...located,
          file: btf.string(reader.u32(at + 4)),
          text: btf.string(reader.u32(at + 8)).trimEnd(),
          line: position >>> columnBits,
          column: position & ((1 << columnBits) - 1),
        };
      }),
      coreRelocations: part(24, 16, (located, at) => {
        const kind = reader.u32(at + 12);
        const typeId = reader.u32(at + 4);
        if (!btf.has(typeId))
          raise('btf-id', `a CO-RE relocation names type ${typeId} of ${btf.count}`, reader.at(at + 4));
        return {
          ...located,
          kind:
            coreRelocationKinds[kind] ??
            raise('core-relocation-kind', `CO-RE relocation kind ${kind} is not known`, reader.at(at + 12)),
          typeId,
          access: btf.string(reader.u32(at + 8)),
        };
      }),
    };
  });
}

function functionType(reader: ByteReader, btf: Btf, at: number): number {
  const id = reader.u32(at);
  if (btf.has(id) && btf.kind(id) === 'func') return id;
  return raise('btf-id', `function information names BTF type ${id}, which is no function`, reader.at(at));
}

/** u32 record size, then for each ELF section: name, count, records; each record starts with its instruction offset. */
function readRecords<T>(
  reader: ByteReader,
  btf: Btf,
  start: number,
  size: number,
  minimumRecordSize: number,
  read: (located: Located, at: number) => T,
): T[] {
  if (size === 0) return [];
  reader.need(start, size, 'a part of .BTF.ext');
  const end = start + size;
  const recordSize = reader.u32(start, 'the record size');
  if (recordSize < minimumRecordSize || recordSize % 4 !== 0) {
    raise(
      'btf-ext',
      `records have at least ${minimumRecordSize} bytes, this says ${recordSize}`,
      reader.at(start),
    );
  }
  const records: T[] = [];
  for (let at = start + 4; at < end;) {
    const section = btf.string(reader.u32(at, 'a section name'));
    const count = reader.u32(at + 4, 'a record count');
    at += 8;
    if (at + count * recordSize > end) {
      raise('truncated', `${count} records for section ${section} do not fit`, reader.at(at));
    }
    for (let i = 0; i < count; i++, at += recordSize) {
      records.push(read({ section, offset: reader.u32(at) }, at));
    }
  }
  return records;
}
