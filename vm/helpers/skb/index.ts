import type { Helper } from '../../machine/helper.ts';
import { adjustRoomHelper } from './adjust-room.ts';
import { checksumHelpers } from './checksum-helpers.ts';
import { cloneRedirectHelper } from './clone-redirect.ts';
import { metadataHelpers } from './metadata.ts';
import { packetByteHelpers } from './packet-bytes.ts';
import { pushEncapHelper } from './push-encap.ts';
import { resizeHelpers } from './resize.ts';
import { surroundingsHelpers } from './surroundings.ts';
import { tunnelHelpers } from './tunnel.ts';
import { vlanHelpers } from './vlan.ts';

/** Helpers of programs on sk_buffs. */
export const skbHelpers: readonly Helper[] = [
  ...packetByteHelpers,
  ...checksumHelpers,
  ...vlanHelpers,
  ...resizeHelpers,
  adjustRoomHelper,
  cloneRedirectHelper,
  pushEncapHelper,
  ...metadataHelpers,
  ...tunnelHelpers,
  ...surroundingsHelpers,
];
