import { type Started, startConsole } from '../../../console/start.ts';
import type { CliStage } from '../cli/cli-stage.ts';

/** A browser that keeps the cookie that it is given, and sends what a browser sends of a page of ours. */
interface Browser {
  get(path: string, headers?: Record<string, string>): Promise<Seen>;
  post(path: string, fields: Record<string, string>, headers?: Record<string, string>): Promise<Seen>;
  /** Follows the confirmation of an act as a person does who means it, and types what is given; gives what the page says. */
  act(path: string, typed?: Record<string, string>): Promise<Seen>;
}

/** What a browser was answered. */
interface Seen {
  status: number;
  text: string;
  headers: Headers;
}

/** A console of a stage, and a browser that has entered it. */
export interface TestConsole extends Started {
  browser: Browser;
  /** A browser that never entered. */
  stranger: Browser;
  /** The addresses for one more browser each. */
  announced: string[];
}

/** Starts the console of a stage in memory, on a free port of this machine. */
export async function consoleOf(stage: CliStage, { allowsChanges = false } = {}): Promise<TestConsole> {
  const opened = await stage.open('local', {});
  const announced: string[] = [];
  const started = await startConsole({
    stage: opened,
    operator: async () => 'olga',
    allowsChanges,
    port: 0,
    env: {},
    announce: (url) => announced.push(url),
  });
  const entered = await fetch(started.startUrl, { redirect: 'manual' });
  const cookie = (entered.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  return {
    ...started,
    announced,
    browser: browserOf(started.origin, cookie),
    stranger: browserOf(started.origin, ''),
  };
}

function browserOf(origin: string, cookie: string): Browser {
  const ask = async (path: string, init: RequestInit): Promise<Seen> => {
    const url = path.startsWith('http') ? path : `${origin}${path}`;
    const response = await fetch(url, { redirect: 'manual', ...init });
    return { status: response.status, text: await response.text(), headers: response.headers };
  };
  const browser: Browser = {
    get: (path, headers = {}) => ask(path, { headers: { cookie, ...headers } }),
    post: (path, fields, headers = {}) =>
      ask(path, {
        method: 'POST',
        body: new URLSearchParams(fields),
        headers: { cookie, origin, ...headers },
      }),
    act: async (path, typed = {}) => {
      const asked = await browser.get(path);
      if (asked.status !== 200) return asked;
      return browser.post(path.split('?')[0] ?? '', { ...fieldsOf(asked.text), ...typed });
    },
  };
  return browser;
}

/** What a page says, without its tags. */
export function wordsOf(page: string): string {
  const main = page.slice(page.indexOf('<main'), page.indexOf('</main>'));
  return main
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll('&gt;', '>')
    .replaceAll(/\s+/g, ' ');
}

/** The fields of the form of a confirmation. */
export function fieldsOf(page: string): Record<string, string> {
  const form = page.slice(page.indexOf('action="/act/'));
  const fields = [...form.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g)];
  return Object.fromEntries(fields.map(([, name = '', value = '']) => [name, unescaped(value)]));
}

function unescaped(text: string): string {
  return text
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}
