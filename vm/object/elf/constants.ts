/** Numbers of the ELF format (System V gABI) and of the BPF supplement (llvm.org, BPF target: relocations). */

export const SHT = { progbits: 1, symtab: 2, strtab: 3, rela: 4, nobits: 8, rel: 9 } as const;
export const SHF = { write: 1, alloc: 2, execinstr: 4, compressed: 0x800 } as const;
export const SHN = { undef: 0, loreserve: 0xff00, abs: 0xfff1, common: 0xfff2, xindex: 0xffff } as const;
export const EM_BPF = 247;
export const ET_REL = 1;

/** Relocation types. LLVM's, and the two that binutils writes for data where LLVM has ABS32 and ABS64. */
export const R_BPF = {
  none: 0,
  /** lddw: the low word of the value is the imm of the first slot. */
  lddw: 1,
  abs64: 2,
  abs32: 3,
  nodyld32: 4,
  /** call: imm + 1 counts instructions from the symbol. */
  call: 10,
  binutilsData32: 11,
  binutilsData64: 12,
} as const;

const machines = new Map<number, string>([
  [0, 'no machine'],
  [2, 'SPARC'],
  [3, 'x86 (32 bits)'],
  [8, 'MIPS'],
  [20, 'PowerPC'],
  [21, 'PowerPC64'],
  [22, 's390'],
  [40, 'ARM'],
  [43, 'SPARC V9'],
  [62, 'x86-64'],
  [183, 'AArch64'],
  [224, 'AMD GPU'],
  [243, 'RISC-V'],
  [258, 'LoongArch'],
  [263, 'Solana SBF'],
]);

export function machineName(machine: number): string {
  return machines.get(machine) ?? `machine ${machine}`;
}
