// Everything that is generated from sources of the repository. With --check: fails where something would change.
await import('./generate-schemas.mjs');
await import('./generate-helper-docs.mjs');
await import('./generate-dap-docs.mjs');
