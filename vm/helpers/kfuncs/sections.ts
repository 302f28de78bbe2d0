import type { Kfunc, Outcome } from '../../machine/helper.ts';
import { outcome } from '../../machine/helper.ts';
import type { Section } from '../../machine/locks.ts';
import type { Machine } from '../../machine/machine.ts';

/**
 * Sections of code under RCU, and without preemption: nothing interrupts a program here, so that only the verifier's
 * rules on them are left. They nest.
 */

function enter(section: Section): (machine: Machine) => Outcome {
  return (machine) => {
    machine.locks.setSection(section, machine.locks.section(section) + 1);
    return outcome.next;
  };
}

function leave(section: Section, words: string): (machine: Machine) => Outcome {
  return (machine) => {
    const depth = machine.locks.section(section);
    if (depth === 0 && machine.refuse(words)) return outcome.fault;
    machine.locks.setSection(section, Math.max(0, depth - 1));
    return outcome.next;
  };
}

export const sectionKfuncs: readonly Kfunc[] = [
  { name: 'bpf_rcu_read_lock', call: enter('rcu') },
  {
    name: 'bpf_rcu_read_unlock',
    call: leave('rcu', 'unmatched rcu read unlock (kernel function bpf_rcu_read_unlock)'),
  },
  { name: 'bpf_preempt_disable', call: enter('preempt') },
  {
    name: 'bpf_preempt_enable',
    call: leave('preempt', 'unmatched attempt to enable preemption (kernel function bpf_preempt_enable)'),
  },
];
