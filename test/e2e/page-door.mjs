// The suite runs in the extension host, another process; through this loopback server it reaches the page that shows it.
// POST /screenshot/NAME writes NAME.png; POST /step/NAME, with a JSON array of arguments as body, runs a step of page-steps.mjs.
import { createServer } from 'node:http';
import { join } from 'node:path';
import * as steps from './page-steps.mjs';

async function bodyOf(request) {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text;
}

/** `getPage` gives the page once there is one. Returns the `url` of the door and `close()`. */
export async function openDoor(getPage, outDir) {
  const screenshot = async (name) => {
    await steps.settle(getPage());
    await getPage().screenshot({ path: join(outDir, `${name}.png`) });
  };

  const answer = async (request) => {
    const [, verb, name] = /^\/(screenshot|step)\/([\w-]+)$/.exec(request.url ?? '') ?? [];
    if (verb === 'screenshot') return screenshot(name);
    if (verb === 'step' && name in steps) return steps[name](getPage(), ...JSON.parse(await bodyOf(request)));
    throw new Error(`no such step: ${request.url}`);
  };

  const server = createServer((request, response) => {
    answer(request).then(
      (result) => response.writeHead(200).end(JSON.stringify(result ?? null)),
      async (error) => {
        await screenshot(`failed-${request.url?.split('/').at(-1)}`).catch(() => undefined);
        response.writeHead(500).end(String(error));
      },
    );
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}
