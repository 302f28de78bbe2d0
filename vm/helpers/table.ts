import type { Helper, HelperTable } from '../machine/helper.ts';
import { routeHelpers } from './fib-lookup.ts';
import { forEachMapElem } from './for-each-map-elem.ts';
import { kptrXchg } from './kfuncs/objects.ts';
import { kfuncTable } from './kfuncs/table.ts';
import { loop } from './loop.ts';
import { mapAccessHelpers } from './map-access.ts';
import { dynptrHelpers } from './dynptr.ts';
import { fileHelpers } from './files.ts';
import { findVma } from './find-vma.ts';
import { hookReturnHelpers } from './hook-return.ts';
import { kernelNameHelpers } from './kernel-names.ts';
import { localStorageHelpers } from './local-storage.ts';
import { perfEventHelpers } from './perf-event.ts';
import { printHelpers } from './print.ts';
import { probeReadHelpers } from './probe-read.ts';
import { reuseportHelpers } from './reuseport.ts';
import { ringBufferHelpers } from './ring-buffer.ts';
import { stackTraceHelpers } from './stack-trace.ts';
import { stringHelpers } from './strings.ts';
import { taskHelpers } from './task.ts';
import { tracingHelpers } from './tracing.ts';
import { helperNames } from './names.ts';
import { skbHelpers } from './skb/index.ts';
import { redirectHelpers } from './redirect.ts';
import { sysBpfHelpers } from './sys-bpf.ts';
import { socketHelpers } from './socket-lookup.ts';
import { synCookieHelpers } from './syn-cookies.ts';
import { sysctlHelpers } from './sysctl.ts';
import { systemHelpers } from './system.ts';
import { spinLockHelpers } from './spin-lock.ts';
import { tailCall } from './tail-call.ts';
import { timerHelpers } from './timer.ts';
import { tracePrintk } from './trace-printk.ts';
import { userRingBufferDrain } from './user-ring-buffer.ts';
import { xdpHelpers } from './xdp.ts';

const implemented: readonly Helper[] = [
  ...mapAccessHelpers,
  ...sysBpfHelpers,
  ...systemHelpers,
  ...sysctlHelpers,
  ...hookReturnHelpers,
  ...skbHelpers,
  ...xdpHelpers,
  ...redirectHelpers,
  ...routeHelpers,
  ...socketHelpers,
  ...reuseportHelpers,
  ...synCookieHelpers,
  ...fileHelpers,
  findVma,
  ...kernelNameHelpers,
  ...localStorageHelpers,
  ...printHelpers,
  ...probeReadHelpers,
  ...stackTraceHelpers,
  ...stringHelpers,
  ...taskHelpers,
  ...tracingHelpers,
  tracePrintk,
  forEachMapElem,
  loop,
  tailCall,
  ...timerHelpers,
  kptrXchg,
  ...dynptrHelpers,
  ...ringBufferHelpers,
  userRingBufferDrain,
  ...perfEventHelpers,
  ...spinLockHelpers,
];

export const helperTable: HelperTable = {
  helpers: new Map(implemented.map((helper) => [helper.id, helper])),
  kfuncs: kfuncTable.kfuncs,
  nameOf: (id) => helperNames.get(id),
};
