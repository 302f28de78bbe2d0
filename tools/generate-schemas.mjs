// Writes the JSON schemas that are made from TypeScript types: schemas/scenario.schema.json, and the launch
// configuration's in package.json. With --check it writes nothing and fails where something would change.
import { readFileSync, writeFileSync, mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { createGenerator } from 'ts-json-schema-generator';

const root = fileURLToPath(new URL('..', import.meta.url));
const check = process.argv.includes('--check');

function schemaOf(path, type, topRef) {
  return createGenerator({
    path: `${root}${path}`,
    tsconfig: `${root}${path.split('/')[0]}/tsconfig.json`,
    type,
    topRef,
    expose: 'none',
    jsDoc: 'extended',
    skipTypeCheck: true,
    additionalProperties: false,
  }).createSchema(type);
}

/** VS Code shows the descriptions of launch configurations as Markdown under another name. */
function withMarkdown(value) {
  if (Array.isArray(value)) return value.map(withMarkdown);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) =>
      name === 'description' && typeof member === 'string'
        ? ['markdownDescription', member]
        : [name, withMarkdown(member)],
    ),
  );
}

async function write(path, value) {
  const file = `${root}${path}`;
  const options = await resolveConfig(file);
  const text = await format(JSON.stringify(value), { ...options, filepath: file });
  const old = readFileSync(file, { encoding: 'utf8', flag: 'a+' });
  if (old === text) return;
  if (check) {
    console.error(`${path} is not what its types say: run "npm run generate"`);
    process.exitCode = 1;
    return;
  }
  writeFileSync(file, text);
}

mkdirSync(`${root}schemas`, { recursive: true });
const scenario = schemaOf('vm/inputs/scenario-json.ts', 'ScenarioJson', false);
scenario.properties = { $schema: { type: 'string' }, ...scenario.properties };
await write('schemas/scenario.schema.json', { ...scenario, title: 'Scenario of eBPF Debugger' });

const { properties } = withMarkdown(
  schemaOf('debug-adapter/protocol/launch.ts', 'LaunchConfiguration', false),
);
const manifest = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
const [debuggerEntry] = manifest.contributes.debuggers;
debuggerEntry.configurationAttributes = { launch: { properties } };
await write('package.json', manifest);
