import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';

interface Manifest {
  readonly contributes: { readonly keybindings: readonly { readonly key: string; readonly when: string }[] };
}

describe('other debuggers for C', () => {
  const extension = vscode.extensions.getExtension('ebpf-debugger.ebpf-debugger');

  // A provider of these kinds is for a language, not for a debugger: one that is left registered takes the hover and
  // the inline values from the sessions of every other debugger.
  it('keep their hover and inline values: none is registered for the language', () => {
    const code = readFileSync(join(extension?.extensionPath ?? '', 'dist/extension.cjs'), 'utf8');
    assert.match(code, /registerDebugConfigurationProvider/);
    assert.doesNotMatch(code, /registerEvaluatableExpressionProvider|registerInlineValuesProvider/);
  });

  it('keep F5: ours is bound only where nothing is configured, for files that are surely BPF', () => {
    const { contributes } = extension?.packageJSON as Manifest;
    const [key, ...more] = contributes.keybindings.filter((binding) => binding.key === 'f5');
    assert.equal(more.length, 0);
    // VS Code hands the condition on as a list of alternatives.
    for (const alternative of key?.when.split(' || ') ?? ['']) {
      assert.match(alternative, /debugState == 'inactive'/);
      assert.match(alternative, /!debugConfigurationType/);
      assert.match(alternative, /bpf/);
    }
  });
});
