import { breakpointHandlers } from './breakpoints.ts';
import { dataBreakpointHandlers } from './data-breakpoints.ts';
import { disassemblyHandlers } from './disassembly.ts';
import { evaluationHandlers } from './evaluation.ts';
import { exceptionHandlers } from './exceptions.ts';
import { executionHandlers } from './execution.ts';
import type { Handler } from './handler.ts';
import { initializeHandler, lifecycleHandlers } from './lifecycle.ts';
import { memoryHandlers } from './memory.ts';
import { completionHandlers } from './completions.ts';
import { sourceHandlers } from './sources.ts';
import { targetHandlers } from './targets.ts';
import { stackHandlers } from './stack.ts';
import { variableHandlers } from './variables.ts';

const withoutInitialize = [
  ...lifecycleHandlers,
  ...breakpointHandlers,
  ...dataBreakpointHandlers,
  ...exceptionHandlers,
  ...executionHandlers,
  ...targetHandlers,
  ...stackHandlers,
  ...variableHandlers,
  ...evaluationHandlers,
  ...completionHandlers,
  ...memoryHandlers,
  ...disassemblyHandlers,
  ...sourceHandlers,
];

/** Every request the adapter answers. */
export const handlers: readonly Handler[] = [initializeHandler(withoutInitialize), ...withoutInitialize];

const byCommand = new Map(handlers.map((handler) => [handler.command, handler]));

export function findHandler(command: string): Handler | undefined {
  return byCommand.get(command);
}
