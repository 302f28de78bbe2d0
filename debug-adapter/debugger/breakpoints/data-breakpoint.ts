import type { WatchAccess, WatchRange } from '../../../vm/engine/watches.ts';
import type { KernelMap } from '../../../vm/machine/kernel-map.ts';
import type { CType } from '../../debug-info/c-type.ts';
import type { Conditional, Modifiers } from './breakpoint.ts';
import type { ActivationId } from './data-place.ts';
import type { MapCall } from './watched-calls.ts';

export interface DataBreakpoint extends Modifiers {
  /** See data-place.ts. */
  readonly dataId: string;
  readonly access: WatchAccess;
}

/** What can be watched of a variable. */
export interface DataInfo {
  /** Undefined where nothing can; `description` says why. */
  readonly dataId: string | undefined;
  readonly description: string;
  readonly persists: boolean;
}

export interface ActiveData extends Conditional {
  readonly id: number;
  readonly kind: 'data' | 'function';
  readonly label: string;
  readonly type: CType | undefined;
  /** Where an element or a whole map is watched. */
  readonly map: KernelMap | undefined;
  readonly ranges: readonly WatchRange[];
  readonly calls: readonly MapCall[];
  /** It ends with this call of a function. */
  readonly activation: ActivationId | undefined;
}
