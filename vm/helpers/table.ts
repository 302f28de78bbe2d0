import type { Helper, HelperTable } from '../machine/helper.ts';
import { forEachMapElem } from './for-each-map-elem.ts';
import { loop } from './loop.ts';
import { mapAccessHelpers } from './map-access.ts';
import { helperNames } from './names.ts';
import { skbHelpers } from './skb/index.ts';
import { systemHelpers } from './system.ts';
import { tailCall } from './tail-call.ts';
import { timerHelpers } from './timer.ts';
import { tracePrintk } from './trace-printk.ts';
import { xdpHelpers } from './xdp.ts';

const implemented: readonly Helper[] = [
  ...mapAccessHelpers,
  ...systemHelpers,
  ...skbHelpers,
  ...xdpHelpers,
  tracePrintk,
  forEachMapElem,
  loop,
  tailCall,
  ...timerHelpers,
];

export const helperTable: HelperTable = {
  helpers: new Map(implemented.map((helper) => [helper.id, helper])),
  nameOf: (id) => helperNames.get(id),
};
