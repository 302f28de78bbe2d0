// Opens a page in Chromium that can reach the loopback interface only. CHROMIUM names another executable.
import { appendFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';

const flags = [
  '--no-sandbox',
  '--no-first-run',
  '--disable-gpu',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-dev-shm-usage',
  '--disable-sync',
];

export const haveBrowser = () => existsSync(executablePath);

/** The page's console goes to console.log in `outDir`, what it asked of other hosts to blocked.log. */
export async function openPage({ outDir, width = 1600, height = 1000, deviceScaleFactor = 1 }) {
  const browser = await chromium.launch({
    executablePath,
    headless: process.env.HEADED !== '1',
    args: flags,
  });
  const context = await browser.newContext({ viewport: { width, height }, deviceScaleFactor });
  const note = (file, text) => appendFileSync(join(outDir, file), `${text}\n`);
  await context.route(
    (url) => /^https?:$/.test(url.protocol) && url.hostname !== '127.0.0.1',
    (route) => {
      note('blocked.log', route.request().url());
      return route.abort();
    },
  );
  const page = await context.newPage();
  page.on('console', (message) => note('console.log', `[${message.type()}] ${message.text()}`));
  page.on('pageerror', (error) => note('console.log', `[pageerror] ${error}`));
  return { browser, page };
}
