import { failed, ok, type Result } from '../base/problem.ts';
import type { FunctionSymbol } from '../object/program-object.ts';
import { cgroupDevice, cgroupSysctl } from './cgroup.ts';
import type { ProgramFamily } from './family.ts';
import { flowDissector } from './flow-dissector.ts';
import { rawTracepoint, rawTracepointWritable } from './raw-tracepoint.ts';
import { programTypeOfSection } from './section-types.ts';
import { cgroupSkb, lwtIn, lwtOut, lwtXmit, schedAct, schedCls, socketFilter } from './skb-families.ts';
import { skLookup } from './sk-lookup.ts';
import { skReuseport } from './sk-reuseport.ts';
import { syscall } from './syscall.ts';
import { kprobe, lsm, perfEvent, tracepoint, tracing } from './tracing.ts';
import { xdp } from './xdp.ts';

export const families: readonly ProgramFamily[] = [
  xdp,
  schedCls,
  schedAct,
  socketFilter,
  cgroupSkb,
  lwtIn,
  lwtOut,
  lwtXmit,
  flowDissector,
  skLookup,
  skReuseport,
  cgroupSysctl,
  cgroupDevice,
  rawTracepoint,
  rawTracepointWritable,
  syscall,
  tracing,
  lsm,
  kprobe,
  perfEvent,
  tracepoint,
];

/** Sections whose programs BPF_PROG_TEST_RUN does not run: their context has a device to send to. */
const notRunnable = /^xdp(\.frags)?\/(devmap|cpumap)$/;

/** The family of a program by its section name; Problem `unsupported-program-type` names what is not there. */
export function familyOf(program: FunctionSymbol): Result<ProgramFamily> {
  const { name, sectionName } = program;
  const type = programTypeOfSection(sectionName);
  const family = families.find((candidate) => candidate.name === type);
  if (family !== undefined && !notRunnable.test(sectionName)) return ok(family);
  const known = families.map((candidate) => candidate.name).join(', ');
  const what =
    type === undefined
      ? `section ${sectionName} says no program type`
      : `section ${sectionName} is of type ${type}, which is not supported`;
  return failed({
    code: 'unsupported-program-type',
    message: `${name}: ${what}`,
    place: { section: sectionName },
    hint: `Programs of the types ${known} can run.`,
  });
}
