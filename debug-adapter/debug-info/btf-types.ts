import type { Btf } from '../../vm/object/btf/btf.ts';
import { declare } from '../../vm/object/btf/type-name.ts';
import type { BtfBareType, BtfFunctionPrototype, BtfKind, BtfStruct } from '../../vm/object/btf/types.ts';
import type { CMember, CStruct, CType } from './c-type.ts';
import type { NamedTypeKind, NamedTypes } from './debug-info.ts';

const kindsOf: Readonly<Record<NamedTypeKind, readonly BtfKind[]>> = {
  struct: ['struct'],
  union: ['union'],
  enum: ['enum', 'enum64'],
  typedef: ['typedef'],
  basic: ['int', 'float'],
};

const kindNamed: ReadonlyMap<BtfKind, NamedTypeKind> = new Map(
  Object.entries(kindsOf).flatMap(([named, kinds]) =>
    // The names are those of kindsOf.
    kinds.map((kind): [BtfKind, NamedTypeKind] => [kind, named as NamedTypeKind]),
  ),
);

/** C types from the BTF of an object, made when first asked for. The Btf has been verified: no id of its own raises. */
export class BtfTypes implements NamedTypes {
  readonly btf: Btf;
  readonly #cache = new Map<number, CType>();
  #enumerators: ReadonlyMap<string, { readonly type: CType; readonly value: bigint }> | undefined;

  constructor(btf: Btf) {
    this.btf = btf;
  }

  of(id: number): CType {
    let type = this.#cache.get(id);
    if (type === undefined) {
      type = this.#make(this.btf.resolve(id), (declarator) => declare(this.btf, id, declarator));
      this.#cache.set(id, type);
    }
    return type;
  }

  named(name: string, kinds: readonly NamedTypeKind[]): CType | undefined {
    const wanted = kinds.flatMap((kind) => kindsOf[kind]);
    const id = this.btf.idsByName(name).find((candidate) => wanted.includes(this.btf.kind(candidate)));
    return id === undefined ? undefined : this.of(id);
  }

  /** The prototype of a FUNC. */
  prototype(functionId: number): BtfFunctionPrototype | undefined {
    if (!this.btf.has(functionId)) return undefined;
    const type = this.btf.type(functionId);
    if (type.kind !== 'func') return undefined;
    const prototype = this.btf.resolve(type.typeId);
    return prototype.kind === 'func_proto' ? prototype : undefined;
  }

  enumerator(name: string): { readonly type: CType; readonly value: bigint } | undefined {
    this.#enumerators ??= this.#collectEnumerators();
    return this.#enumerators.get(name);
  }

  list(): ReturnType<NamedTypes['list']> {
    this.#enumerators ??= this.#collectEnumerators();
    const found: { name: string; kind: NamedTypeKind | 'enumerator' }[] = [...this.#enumerators.keys()].map(
      (name) => ({ name, kind: 'enumerator' }),
    );
    for (let id = 1; id < this.btf.count; id++) {
      const type = this.btf.type(id);
      const kind = kindNamed.get(type.kind);
      if (kind !== undefined && 'name' in type && type.name !== '') found.push({ name: type.name, kind });
    }
    return found;
  }

  #collectEnumerators(): ReadonlyMap<string, { readonly type: CType; readonly value: bigint }> {
    const found = new Map<string, { readonly type: CType; readonly value: bigint }>();
    for (let id = 1; id < this.btf.count; id++) {
      const kind = this.btf.kind(id);
      if (kind !== 'enum' && kind !== 'enum64') continue;
      const type = this.of(id);
      if (type.kind !== 'enum') continue;
      for (const { name, value } of type.values) if (!found.has(name)) found.set(name, { type, value });
    }
    return found;
  }

  #make(bare: BtfBareType, spelling: (declarator: string) => string): CType {
    switch (bare.kind) {
      case 'int':
        return {
          kind: 'integer',
          size: bare.size,
          signed: bare.signed,
          // clang gives `char` no encoding of its own.
          form: bare.encoding === 'bool' ? 'bool' : isChar(bare.name, bare.encoding) ? 'char' : 'number',
          declare: spelling,
        };
      case 'float':
        return { kind: 'float', size: bare.size, declare: spelling };
      case 'ptr':
        return { kind: 'pointer', target: () => this.of(bare.typeId), declare: spelling };
      case 'array':
        return { kind: 'array', element: this.of(bare.typeId), count: bare.count, declare: spelling };
      case 'struct':
      case 'union':
        return this.#struct(bare, spelling);
      case 'enum':
      case 'enum64':
        return { kind: 'enum', size: bare.size, signed: bare.signed, values: bare.values, declare: spelling };
      case 'func':
      case 'func_proto':
        return { kind: 'function', declare: spelling };
      case 'var':
        return this.of(bare.typeId);
      case 'void':
        return { kind: 'void', declare: spelling };
      case 'fwd':
      case 'datasec':
      case 'decl_tag':
        return { kind: 'forward', declare: spelling };
    }
  }

  #struct(bare: BtfStruct, spelling: (declarator: string) => string): CStruct {
    let members: readonly CMember[] | undefined;
    return {
      kind: 'struct',
      union: bare.kind === 'union',
      size: bare.size,
      members: () =>
        (members ??= bare.members.map((member) => ({ ...member, type: this.of(member.typeId) }))),
      declare: spelling,
    };
  }
}

function isChar(name: string, encoding: 'char' | 'bool' | undefined): boolean {
  return encoding === 'char' || name === 'char';
}
