/**
 * Which folder may import which. The order of `vmRooms` is the order of the house (docs/architecture.md):
 * a room imports only rooms that stand before it.
 */
const vmRooms = [
  'base',
  'isa',
  'object',
  'memory',
  'environment',
  'machine',
  'maps',
  'helpers',
  'programs',
  'engine',
  'inputs',
  'history',
];

const forbid = (files, group, message, ignores = []) => ({
  files,
  ignores: ['**/*.test.ts', ...ignores],
  rules: { 'no-restricted-imports': ['error', { patterns: [{ group, message }] }] },
});

const outside = ['vscode', 'node:*', '@vscode/*', '**/debug-adapter/**', '**/extension/**', '**/cli/**'];

const insideVm = vmRooms.map((room, index) =>
  forbid(
    [`vm/${room}/**/*.ts`],
    [...outside, ...vmRooms.slice(index + 1).map((later) => `**/${later}/**`)],
    `vm/${room} imports only vm rooms listed before it in tools/import-rules.js`,
  ),
);

const nodeFiles = ['debug-adapter/main.ts', 'debug-adapter/server.ts', 'debug-adapter/file-accessor-node.ts'];

export const importRules = [
  ...insideVm,
  forbid(
    ['debug-adapter/**/*.ts'],
    ['vscode', 'node:*', '**/extension/**', '**/cli/**'],
    'debug-adapter knows vm, and no vscode; node:* only in main.ts, server.ts and file-accessor-node.ts',
    nodeFiles,
  ),
  forbid(
    ['debug-adapter/debug-info/**/*.ts'],
    ['vscode', 'node:*', '**/{debugger,expressions,handlers,listing,protocol,extension,cli}/**'],
    'debug-adapter/debug-info knows vm alone',
  ),
  forbid(nodeFiles, ['vscode', '**/extension/**', '**/cli/**'], 'debug-adapter knows no vscode'),
  forbid(
    ['extension/**/*.ts'],
    ['**/vm/**', '**/cli/**', '**/debug-adapter/{debugger,handlers,debug-info,expressions,listing}/**'],
    'extension imports debug-adapter/protocol and the inline adapter only',
  ),
  forbid(['cli/**/*.ts'], ['vscode', '**/extension/**'], 'cli knows vm and debug-adapter'),
];
