import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import chromium from '@sparticuz/chromium';
import axe from 'axe-core';
import { type Browser, type BrowserContext, type Page, chromium as playwright } from 'playwright-core';
import { expect } from 'vitest';

/** Where people look at what the browser saw. */
const SCREENSHOTS = join(import.meta.dirname, '..', '..', '.local', 'screenshots');

/** Of the browser from npm, made for Lambda: one process dies with its first window, and security off shows nothing. */
const NOT_HERE = [
  '--single-process',
  '--no-zygote',
  '--disable-web-security',
  '--allow-running-insecure-content',
];

/** A headless Chromium: the one from npm on Linux, else the one that `CHROME_PATH` names. */
export async function launchBrowser(): Promise<Browser> {
  await mkdir(SCREENSHOTS, { recursive: true });
  const { CHROME_PATH } = process.env;
  if (CHROME_PATH !== undefined) return playwright.launch({ executablePath: CHROME_PATH });
  const args = chromium.args.filter((arg) => !NOT_HERE.includes(arg));
  return playwright.launch({ executablePath: await chromium.executablePath(), args });
}

/** Somebody who reads mails on a phone, 320 pixels wide, without JavaScript. */
export function onPhone(browser: Browser): Promise<BrowserContext> {
  return browser.newContext({ javaScriptEnabled: false, viewport: PHONE });
}

const PHONE = { width: 320, height: 640 };
const DESK = { width: 1_024, height: 768 };

/** What the page says, on one line. */
export async function textOf(page: Page): Promise<string> {
  // biome-ignore lint/performance/useDomNodeTextContent: what is seen, not what stands in the source
  return (await page.locator('body').innerText()).replace(/\s+/g, ' ');
}

/** Looks at what a page became: takes pictures of it, and holds it to what axe knows of accessible pages. */
export class Inspector {
  readonly #page: Page;

  private constructor(page: Page) {
    this.#page = page;
  }

  /** A window of its own, with JavaScript, which axe needs and the pages do without. */
  static async open(browser: Browser): Promise<Inspector> {
    return new Inspector(await browser.newPage());
  }

  /** Narrow and wide, light and dark; `without`: rules of axe that do not hold for it. */
  async look(page: Page, name: string, without: readonly string[] = []): Promise<void> {
    await photograph(page, `${name}-320`);
    await page.emulateMedia({ colorScheme: 'dark' });
    await photograph(page, `${name}-320-dark`);
    await page.emulateMedia({ colorScheme: 'light' });
    await page.setViewportSize(DESK);
    await photograph(page, `${name}-1024`);
    await page.setViewportSize(PHONE);
    await this.#inspect(await page.content(), name, without);
  }

  async #inspect(html: string, name: string, without: readonly string[]): Promise<void> {
    const rules = Object.fromEntries(without.map((rule) => [rule, { enabled: false }]));
    const run = `axe.run({ rules: ${JSON.stringify(rules)} })`;
    await this.#page.setViewportSize(PHONE);
    await this.#page.setContent(html);
    await this.#page.evaluate(axe.source);
    for (const colorScheme of ['light', 'dark'] as const) {
      await this.#page.emulateMedia({ colorScheme });
      const { violations } = (await this.#page.evaluate(run)) as axe.AxeResults;
      const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
      expect(found, `${name}, ${colorScheme}`).toEqual([]);
    }
    const wide = await this.#page.evaluate('document.documentElement.scrollWidth');
    expect(wide, `${name}: its width in pixels`).toBeLessThanOrEqual(PHONE.width);
    const broken = await this.#page.evaluate(BROKEN_NAMES);
    expect(broken, `${name}: names that break though a line has room for them`).toEqual([]);
  }
}

/** Words with a dash or a slash, as names have them, that stand on two lines though the block around them is wide enough for one. */
const BROKEN_NAMES = `(() => {
  const texts = document.createTreeWalker(document.querySelector('main') ?? document.body, NodeFilter.SHOW_TEXT);
  const broken = [];
  for (let text = texts.nextNode(); text; text = texts.nextNode()) {
    if (['STYLE', 'SCRIPT', 'OPTION', 'PRE'].includes(text.parentElement.tagName)) continue;
    for (const { 0: word, index } of text.data.matchAll(/\\S+/g)) {
      if (!/\\w[-\\/]\\w/.test(word)) continue;
      const range = document.createRange();
      range.setStart(text, index);
      range.setEnd(text, index + word.length);
      const parts = [...range.getClientRects()].filter(({ width }) => width > 0);
      const width = parts.reduce((sum, part) => sum + part.width, 0);
      if (new Set(parts.map(({ top }) => Math.round(top))).size < 2) continue;
      let block = text.parentElement;
      while (getComputedStyle(block).display.startsWith('inline')) block = block.parentElement;
      const { paddingLeft, paddingRight } = getComputedStyle(block);
      const room = block.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight);
      if (width <= room) broken.push(word);
    }
  }
  return broken;
})()`;

async function photograph(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage: true });
}
