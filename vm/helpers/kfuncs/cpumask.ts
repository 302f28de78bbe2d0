import { ProblemError } from '../../base/problem.ts';
import { CpuMasks, type CpuMask } from '../../machine/cpu-mask.ts';
import { outcome, type Kfunc, type Outcome } from '../../machine/helper.ts';
import { state } from '../../machine/layout.ts';
import type { Machine } from '../../machine/machine.ts';
import { dropObject } from '../../maps/special-fields.ts';
import { lowHalf, memoryArgument, typeName } from '../arguments.ts';
import { cpumaskTypes, forTypes } from './program-types.ts';

/** Sets of CPUs (kernel/bpf/cpumask.c): objects of struct bpf_cpumask, which programs can read and hand on. */

const structName = 'bpf_cpumask';

/** struct bpf_cpumask: the mask, then its counter, which a program's BTF may have left out. */
function layoutOf(machine: Machine): { typeId: number; size: number; bits: number; counter: number } {
  const { btf } = machine.program.object;
  const least = 8 * new CpuMasks(machine).words;
  const type = btf?.byName(structName, 'struct');
  const [mask, usage] = ['cpumask', 'usage'].map((name) => type && btf?.member(type.id, name));
  const maskType = mask?.typeId ?? btf?.byName('cpumask', 'struct')?.id;
  const declared = maskType === undefined ? 0 : (btf?.sizeOf(maskType) ?? 0);
  const bits = Math.max(least, declared);
  const counter = usage === undefined || usage.bitOffset / 8 < bits ? bits : usage.bitOffset / 8;
  return { typeId: type?.id ?? 0, size: counter + 8, bits, counter };
}

function create(machine: Machine): Outcome {
  const { typeId, size, counter } = layoutOf(machine);
  let address: bigint;
  try {
    address = machine.objects.create(size, typeId, counter);
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return machine.answer(0);
  }
  machine.objects.protect(address);
  machine.references.acquire(address, machine.slot);
  return machine.answer(address);
}

/** The mask that `register` points to; undefined with a fault. */
function maskArgument(machine: Machine, register: number): CpuMask | undefined {
  const address = machine.register(register);
  const object = machine.objects.at(address);
  const { typeId, bits } = layoutOf(machine);
  if (object?.open === true && object.offset === 0 && object.typeId === typeId && object.size >= bits)
    return { linear: object.linear };
  const message =
    address === 0n
      ? `Possibly NULL pointer passed to trusted arg${register - 1}`
      : typeName(machine, address) === 'scalar'
        ? `R${register} must be referenced or trusted`
        : `arg#${register - 1} expected pointer to STRUCT ${structName}`;
  machine.fail({ kind: address === 0n ? 'null-pointer' : 'refused-by-kernel', message });
  return undefined;
}

function acquire(machine: Machine): Outcome {
  if (maskArgument(machine, 1) === undefined) return outcome.fault;
  const address = machine.register(1);
  machine.objects.share(address);
  machine.references.acquire(address, machine.slot);
  return machine.answer(address);
}

function release(machine: Machine): Outcome {
  if (maskArgument(machine, 1) === undefined) return outcome.fault;
  const address = machine.register(1);
  if (!machine.references.has(address)) {
    const message = `release kernel function bpf_cpumask_release expects refcounted PTR_TO_BTF_ID`;
    return machine.fail({ kind: 'refused-by-kernel', message });
  }
  machine.references.release(address);
  dropObject(machine, address);
  return outcome.next;
}

/** What a function answers with; undefined: nothing. */
type Answer = number | boolean | undefined;

/** A `const struct cpumask *`, which may be any memory of the size. */
function readArgument(machine: Machine, register: number): CpuMask | undefined {
  if (machine.objects.at(machine.register(register)) !== undefined) return maskArgument(machine, register);
  const linear = memoryArgument(machine, register, layoutOf(machine).bits, 'read', 'memory');
  return linear < 0 ? undefined : { linear };
}

/** A kfunc whose arguments from the `first`-th register on are masks: `written` that it changes, then `read` others. */
function onMasks(
  name: string,
  first: number,
  [written, read]: readonly [written: number, read: number],
  body: (machine: Machine, masks: CpuMasks, given: readonly CpuMask[]) => Answer,
): Kfunc {
  const call = (machine: Machine): Outcome => {
    const given: CpuMask[] = [];
    for (let i = 0; i < written + read; i++) {
      const mask = i < written ? maskArgument(machine, first + i) : readArgument(machine, first + i);
      if (mask === undefined) return outcome.fault;
      given.push(mask);
    }
    const answer = body(machine, new CpuMasks(machine), given);
    return answer === undefined ? outcome.next : machine.answer(Number(answer));
  };
  return { name: `bpf_cpumask_${name}`, call };
}

type One = (masks: CpuMasks, mask: CpuMask) => Answer;
type Two = (masks: CpuMasks, a: CpuMask, b: CpuMask) => Answer;
type Three = (masks: CpuMasks, to: CpuMask, a: CpuMask, b: CpuMask) => Answer;

/** The masks that `onMasks` has looked at. */
function at(given: readonly CpuMask[], index: number): CpuMask {
  const mask = given[index];
  if (mask === undefined) throw new Error(`there is no mask ${index}`);
  return mask;
}

const reads = { one: [0, 1], two: [0, 2] } as const;
const writes = { one: [1, 0], copy: [1, 1], three: [1, 2] } as const;

function ofOne(name: string, body: One, shape: readonly [number, number] = reads.one): Kfunc {
  return onMasks(name, 1, shape, (_machine, masks, given) => body(masks, at(given, 0)));
}

function ofTwo(name: string, body: Two, shape: readonly [number, number] = reads.two): Kfunc {
  return onMasks(name, 1, shape, (_machine, masks, given) => body(masks, at(given, 0), at(given, 1)));
}

function ofThree(name: string, body: Three): Kfunc {
  return onMasks(name, 1, writes.three, (_machine, masks, given) =>
    body(masks, at(given, 0), at(given, 1), at(given, 2)),
  );
}

/** A function of a CPU in R1 and the mask in R2; CPUs that cannot be change nothing and are in no mask. */
function ofCpu(
  name: string,
  answers: boolean,
  body: (masks: CpuMasks, mask: CpuMask, cpu: number) => Answer,
): Kfunc {
  return onMasks(name, 2, name === 'test_cpu' ? reads.one : writes.one, (machine, masks, given) => {
    const cpu = lowHalf(machine, 1);
    if (cpu >= masks.cpus) return answers ? false : undefined;
    return body(masks, at(given, 0), cpu);
  });
}

function change(masks: CpuMasks, mask: CpuMask, cpu: number, on: boolean): boolean {
  const was = masks.test(mask, cpu);
  masks.set(mask, cpu, on);
  return was;
}

/**
 * cpumask_any_and_distribute: the next CPU behind the one given last, round and round. On the kernel everything on a CPU
 * takes from one such sequence; here only the program does.
 */
function distribute(machine: Machine, masks: CpuMasks, has: (cpu: number) => boolean): number {
  const { view } = machine.memory;
  const last = view.getUint32(state.distributedCpu, true);
  const behind = masks.find(has, last + 1);
  const cpu = behind < masks.cpus ? behind : masks.find(has);
  if (cpu < masks.cpus) view.setUint32(state.distributedCpu, cpu, true);
  return cpu;
}

function distributing(name: string, shape: readonly [number, number]): Kfunc {
  const kfunc = onMasks(name, 1, shape, (machine, masks, given) =>
    distribute(machine, masks, (cpu) => given.every((mask) => masks.test(mask, cpu))),
  );
  return { ...kfunc, answer: 'environment' };
}

const kfuncs: readonly Kfunc[] = [
  { name: 'bpf_cpumask_create', call: create },
  { name: 'bpf_cpumask_acquire', call: acquire },
  { name: 'bpf_cpumask_release', call: release },
  ofOne('first', (masks, mask) => masks.find((cpu) => masks.test(mask, cpu))),
  ofOne('first_zero', (masks, mask) => masks.find((cpu) => !masks.test(mask, cpu))),
  ofTwo('first_and', (masks, a, b) => masks.find((cpu) => masks.test(a, cpu) && masks.test(b, cpu))),
  ofCpu('set_cpu', false, (masks, mask, cpu) => masks.set(mask, cpu, true)),
  ofCpu('clear_cpu', false, (masks, mask, cpu) => masks.set(mask, cpu, false)),
  ofCpu('test_cpu', true, (masks, mask, cpu) => masks.test(mask, cpu)),
  ofCpu('test_and_set_cpu', true, (masks, mask, cpu) => change(masks, mask, cpu, true)),
  ofCpu('test_and_clear_cpu', true, (masks, mask, cpu) => change(masks, mask, cpu, false)),
  ofOne('setall', (masks, mask) => masks.fill(mask, true), writes.one),
  ofOne('clear', (masks, mask) => masks.fill(mask, false), writes.one),
  ofThree('and', (masks, to, a, b) => masks.intersect(to, a, b)),
  ofThree('or', (masks, to, a, b) => masks.combine(to, a, b, (x, y) => x | y)),
  ofThree('xor', (masks, to, a, b) => masks.combine(to, a, b, (x, y) => x ^ y)),
  ofTwo('equal', (masks, a, b) => masks.none(a, b, (x, y) => x ^ y)),
  ofTwo('intersects', (masks, a, b) => !masks.none(a, b, (x, y) => x & y)),
  ofTwo('subset', (masks, a, b) => masks.none(a, b, (x, y) => x & ~y)),
  ofOne('empty', (masks, mask) => masks.none(mask, mask, (x) => x)),
  ofOne('full', (masks, mask) => masks.none(mask, mask, (x) => ~x)),
  ofTwo('copy', (masks, to, from) => masks.copy(to, from), writes.copy),
  distributing('any_distribute', reads.one),
  distributing('any_and_distribute', reads.two),
  ofOne('weight', (masks, mask) => masks.weight(mask)),
];

export const cpumaskKfuncs: readonly Kfunc[] = forTypes(cpumaskTypes, kfuncs);
