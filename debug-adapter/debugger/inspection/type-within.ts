import { sizeOf, visibleMembers, type CType } from '../../debug-info/c-type.ts';

/** A part of a type: how it is written behind the whole, and what it is. */
export interface TypePart {
  /** `.packets`, `[3].bytes`; empty for the whole; `+4` where no part is meant. */
  readonly path: string;
  readonly type: CType | undefined;
}

/** The part of `type` that has `size` bytes from `offset` on. */
export function typeWithin(type: CType | undefined, offset: number, size: number): TypePart {
  if (type === undefined) return unknown(offset);
  if (offset === 0 && sizeOf(type) === size) return { path: '', type };
  if (type.kind === 'struct') {
    const member = visibleMembers(type).find((candidate) => {
      const start = Math.floor(candidate.bitOffset / 8);
      const bytes =
        candidate.bitSize === undefined
          ? (sizeOf(candidate.type) ?? 0)
          : Math.ceil(((candidate.bitOffset % 8) + candidate.bitSize) / 8);
      return offset >= start && offset + size <= start + bytes;
    });
    if (member === undefined) return unknown(offset);
    if (member.bitSize !== undefined) return { path: `.${member.name}`, type: undefined };
    return within(`.${member.name}`, member.type, offset - Math.floor(member.bitOffset / 8), size);
  }
  if (type.kind === 'array') {
    const stride = sizeOf(type.element) ?? 0;
    if (stride === 0) return unknown(offset);
    const index = Math.floor(offset / stride);
    if (offset - index * stride + size > stride) return unknown(offset);
    return within(`[${index}]`, type.element, offset - index * stride, size);
  }
  return unknown(offset);
}

function within(path: string, type: CType, offset: number, size: number): TypePart {
  const part = typeWithin(type, offset, size);
  return { path: path + part.path, type: part.type };
}

function unknown(offset: number): TypePart {
  return { path: offset === 0 ? '' : `+${offset}`, type: undefined };
}
