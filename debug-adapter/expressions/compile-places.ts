import type { CType } from '../debug-info/c-type.ts';
import type { TypeSyntax } from './syntax.ts';

/** Where a name's value is, the same at every arrival at one instruction. */
export type CompiledPlace =
  /** In its low bytes. */
  | { readonly kind: 'register'; readonly register: number; readonly type: CType }
  /** At the address in a register, and so many bytes on. */
  | { readonly kind: 'behind'; readonly register: number; readonly offset: bigint; readonly type: CType }
  | { readonly kind: 'memory'; readonly address: bigint; readonly type: CType }
  | { readonly kind: 'constant'; readonly value: bigint; readonly type: CType };

/** What names mean at an instruction; undefined: not known, or not the same at every arrival. */
export interface CompiledNames {
  named(name: string): CompiledPlace | undefined;
  /** What stands after a dollar. */
  special(name: string): CompiledPlace | 'cycle' | 'run' | 'cpu' | undefined;
  type(syntax: TypeSyntax): CType | undefined;
}
