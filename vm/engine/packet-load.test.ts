import { describe, expect, test } from 'vitest';
import { fromHex } from '../base/bytes.ts';
import { expectOk } from '../base/problem.ts';
import { defaultEnvironment } from '../environment/environment.ts';
import { assemble } from '../isa/assemble.ts';
import { bareProgram } from '../object/bare-program.ts';
import { VirtualMachine } from './virtual-machine.ts';

const frame =
  '02000000000102000000000208004500002e00014000401126890a0000010a0000359c400035001a0000787878787878787878787878787878787878';

/** Runs code as a program of a section on the frame above, and gives the machine. */
function run(section: string, source: string): VirtualMachine {
  const code = expectOk(assemble(source));
  const slots = code.length / 8;
  const symbol = { section: 1, sectionName: section, offset: 0, global: true, btfId: undefined };
  const main = { ...symbol, name: 'main', size: code.length, firstSlot: 0, slots };
  const vm = expectOk(VirtualMachine.create(bareProgram(code, section, [main]), defaultEnvironment));
  expectOk(vm.startRun(main, { dataIn: fromHex(frame)! }));
  vm.run(100);
  return vm;
}

/** Adds 77 to what was loaded: 0 means that the program was ended. */
function load(access: string, before = ''): string {
  return `r6 = r1\n${before}\nr0 = ${access}\nr0 += 77\nexit`;
}

/** Return values of Linux 6.18; 252 such programs were compared with it when this was written. */
describe('BPF_ABS and BPF_IND as the kernel runs them', () => {
  test.each([
    ['socket', '*(u16 *)skb[0]', 17741],
    ['socket', '*(u16 *)skb[12]', 2637],
    ['socket', '*(u16 *)skb[44]', 30917],
    ['socket', '*(u16 *)skb[45]', 0],
    ['socket', '*(u16 *)skb[-1048571]', 397],
    ['socket', '*(u16 *)skb[-2097152]', 589],
    ['socket', '*(u16 *)skb[-1048577]', 0],
    ['socket', '*(u16 *)skb[-2097153]', 0],
    ['tc', '*(u16 *)skb[12]', 0x800 + 77],
    ['tc', '*(u8 *)skb[59]', 0x78 + 77],
    ['tc', '*(u32 *)skb[57]', 0],
  ])('%s: r0 = %s', (section, access, retval) => {
    expect(run(section, load(access)).result()).toMatchObject({ retval, fault: undefined });
  });

  test('the index is a register', () => {
    expect(run('tc', load('*(u16 *)skb[r2]', 'r2 = 12')).result().retval).toBe(0x800 + 77);
    expect(run('tc', load('*(u16 *)skb[r2]', 'r2 = 59')).result().retval).toBe(0);
  });

  test('a failing load ends the function it is in', () => {
    const vm = run('tc', 'r6 = r1\ncall f\nr0 += 5\nexit\nf:\nr0 = *(u8 *)skb[60]\nr0 += 77\nexit');
    expect(vm.result()).toMatchObject({ retval: 5, cycles: 5 });
  });

  test.each([
    ['xdp', load('*(u8 *)skb[0]'), 'BPF_LD_[ABS|IND] instructions not allowed for this program type'],
    ['tc', 'r0 = *(u8 *)skb[0]\nexit', 'at the time of BPF_LD_ABS|IND R6 != pointer to skb'],
  ])('%s: what the verifier refuses', (section, source, message) => {
    expect(run(section, source).result().fault).toMatchObject({ kind: 'refused-by-kernel', message });
  });
});
