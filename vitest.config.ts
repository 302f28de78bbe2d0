import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: [
      '{vm,debug-adapter,extension,cli,syntaxes,tools}/**/*.test.ts',
      'test/{conformance,kernel-cases,dap,clients,cli,bad-input,strict,ground-truth,unoptimised}/**/*.test.ts',
    ],
    testTimeout: 30_000,
  },
});
