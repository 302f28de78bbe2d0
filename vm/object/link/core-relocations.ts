import { raise, type Place } from '../../base/problem.ts';
import type { CoreRelocation, ProgramObject } from '../program-object.ts';
import { CoreAccess } from './core-access.ts';

/**
 * CO-RE relocations with the object's own types as those of the kernel, so that a type is laid out as the program was
 * compiled. Writes into `code`, where the object's section `index` starts at byte `startOf(index)`. What would need the
 * types of a real kernel (a flavoured type, `name___flavour`) raises: the compiler's own value would be wrong.
 */
export function relocateCore(
  object: ProgramObject,
  code: DataView,
  startOf: (section: number) => number,
): void {
  const { btf } = object;
  if (btf === undefined) return;
  for (const relocation of object.coreRelocations) {
    const access = new CoreAccess(btf, relocation);
    const at = startOf(relocation.section) + relocation.offset;
    const value = access.value();
    const written = writtenValue(code, at);
    if (written !== undefined && value === written) continue;
    if (value === undefined || written === undefined || !access.isBitField || !writeValue(code, at, value)) {
      refuse(object, relocation, access);
    }
  }
}

function refuse(object: ProgramObject, { kind, section, offset }: CoreRelocation, access: CoreAccess): never {
  const name = object.codeSections.find(({ index }) => index === section)?.name;
  const place: Place = { file: object.name, ...(name !== undefined && { section: name }), offset };
  return raise(
    'core-relocation-unsupported',
    `CO-RE relocation ${kind} of ${access.describe()} depends on the types of a kernel, which is not supported`,
    place,
  );
}

/** Where an instruction has the value that a relocation changes (libbpf, bpf_core_patch_insn). */
function operandOf(opcode: number): 'off' | 'imm' | 'imm64' | undefined {
  const [ldx, st, stx, alu32, alu64] = [1, 2, 3, 4, 7];
  const lddw = 0x18;
  const registerSource = 8;
  if (opcode === lddw) return 'imm64';
  const instructionClass = opcode & 7;
  if (instructionClass === ldx || instructionClass === st || instructionClass === stx) return 'off';
  const isAlu = instructionClass === alu32 || instructionClass === alu64;
  return isAlu && (opcode & registerSource) === 0 ? 'imm' : undefined;
}

function writtenValue(code: DataView, at: number): bigint | undefined {
  switch (operandOf(code.getUint8(at))) {
    case 'off':
      return BigInt(code.getInt16(at + 2, true));
    case 'imm':
      return BigInt(code.getInt32(at + 4, true));
    case 'imm64':
      return (BigInt(code.getUint32(at + 12, true)) << 32n) | BigInt(code.getUint32(at + 4, true));
    case undefined:
      return undefined;
  }
}

/** False where the instruction has no room for the value. */
function writeValue(code: DataView, at: number, value: bigint): boolean {
  const operand = operandOf(code.getUint8(at));
  if (operand === 'off' && value === BigInt.asIntN(16, value)) {
    code.setInt16(at + 2, Number(value), true);
    return true;
  }
  if (operand === 'imm' && value === BigInt.asIntN(32, value)) {
    code.setInt32(at + 4, Number(value), true);
    return true;
  }
  return false;
}
