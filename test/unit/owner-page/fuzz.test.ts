import { describe, expect, it } from 'vitest';
import { itemRef } from '../../../functions/notices/render/links.ts';
import { SeededRandom } from '../../../simulation/engine/seeded-random.ts';
import { BASE, eventOf, type OwnerStage, onDay, ownerStage } from './owner-stage.ts';

const ROUNDS = 10_000;
const CHARACTERS = [
  ...'0123456789abcdefGHJKMNPQRSTVWXYZ-_.~/%?#&=+:;,@ \\\u0000\u00e9\u202e"\'<>{}|',
  '%2e',
  '%00',
  '%ff',
  '%',
  '..',
  '//',
  '%2F',
];
const TYPES = [
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=X',
  'multipart/form-data',
  'application/json',
  'text/plain',
  '',
  'nonsense',
];
const FORMS = [
  'action=disable',
  'action=keep&until=2026-02-10',
  'action=snooze&days=7',
  'action=undo',
  'List-Unsubscribe=One-Click',
  'reminders=&zone=Europe%2FBerlin&language=de&from=22%3A00&to=06%3A00',
];

/** Chances of one seed: what is tried is the same in each run. */
class Fuzz {
  readonly #random = new SeededRandom(20_260_122);
  pick<Value>(values: readonly Value[]): Value {
    return values[this.#random.below(values.length)]!;
  }
  text(most: number): string {
    return Array.from({ length: this.#random.below(most) }, () => this.pick(CHARACTERS)).join('');
  }
  /** One to four characters replaced, dropped, doubled or put in. */
  mutate(text: string): string {
    let mutated = text;
    for (let times = this.#random.below(4); times >= 0; times -= 1) {
      const at = this.#random.below(mutated.length + 1);
      const put = this.pick([this.pick(CHARACTERS), '', mutated.charAt(at) + mutated.charAt(at)]);
      mutated = mutated.slice(0, at) + put + mutated.slice(at + 1);
    }
    return mutated;
  }
  chance(share: number): boolean {
    return this.#random.next() < share;
  }
}

/** A path whose link is not one of ours, or names what does not stand in its mail. */
function badPath(fuzz: Fuzz, good: string[], refs: string[]): string {
  const [, scope = 'd', link = '', ref] = fuzz.pick(good).split('/');
  const tail = ref === undefined ? '' : `/${fuzz.pick([ref, fuzz.pick(refs), 'preferences'])}`;
  if (fuzz.chance(0.2)) return `/${fuzz.text(120)}`;
  if (fuzz.chance(0.2)) return `/${fuzz.pick(['d', 'u'])}/${fuzz.text(100)}${tail}`;
  if (fuzz.chance(0.1)) return `/${scope === 'd' ? 'u' : 'd'}/${link}${tail}`;
  const other = fuzz.pick(good).split('/')[2] ?? '';
  const spliced = link
    .split('.')
    .map((part, at) => (fuzz.chance(0.3) ? (other.split('.')[at] ?? '') : part))
    .join('.');
  return `/${scope}/${fuzz.chance(0.3) ? spliced : fuzz.mutate(link)}${tail}`;
}

/** The part of a path that is signed, with its scope. */
const linkOf = (path: string): string => path.split(/[?#]/)[0]!.split('/').slice(1, 3).join('/');

function randomEvent(fuzz: Fuzz, rawPath: string) {
  const method = fuzz.pick(['GET', 'HEAD', 'POST', 'POST', 'POST', 'PUT', 'OPTIONS', 'FOO']);
  const form = fuzz.pick(FORMS);
  const body = fuzz.chance(0.5) ? form : fuzz.mutate(form) + fuzz.text(200);
  const event = { ...eventOf(method, BASE, body, fuzz.pick(TYPES)), rawPath };
  return fuzz.chance(0.1) ? { ...event, isBase64Encoded: true } : event;
}

async function withTwoMails(): Promise<{ stage: OwnerStage; good: string[]; refs: string[] }> {
  const stage = await ownerStage(['acmeCo/a', 'acmeCo/b']);
  await stage.add('acmeCo/c', { owners: ['bob@acme.test'] });
  await stage.scanOn(14);
  await stage.scanOn(18);
  stage.setNow(onDay(18.5));
  const good = stage.mails.flatMap(({ text, headers }) =>
    [...`${text} ${headers['List-Unsubscribe'] ?? ''}`.matchAll(/https:\/\/page\.test(\/[\w./-]+)/g)].map(
      ([, path]) => path!,
    ),
  );
  const refs = ['acmeCo/a', 'acmeCo/b', 'acmeCo/c', 'acmeCo/none'].map((task) =>
    itemRef({ task, episode: 1 }),
  );
  return { stage, good: [...new Set(good)], refs };
}

describe('ten thousand random and mutated links and forms', () => {
  it('act on nothing, break nothing, and do not tell whether a task exists', async () => {
    const { stage, good, refs } = await withTwoMails();
    expect(good.length).toBeGreaterThan(8);
    const links = new Set(good.map(linkOf));
    const before = await stage.dump();
    const fuzz = new Fuzz();
    const answers = new Set<string>();
    const methods = new Map<string, number>();
    for (let tried = 0; tried < ROUNDS; ) {
      const path = badPath(fuzz, good, refs);
      // What was put together by chance may be a good link after all: that one may act.
      if (links.has(linkOf(path))) continue;
      tried += 1;
      const event = randomEvent(fuzz, path);
      const { statusCode = 0, body = '' } = await stage.answer(event);
      const { method } = event.requestContext.http;
      methods.set(method, (methods.get(method) ?? 0) + 1);
      const what = `${method} ${path}`;
      expect(statusCode, what).toBeLessThan(500);
      expect(statusCode, what).toBeGreaterThanOrEqual(400);
      expect(body, what).not.toMatch(/acmeCo|acme\.test|data plane/);
      if (method === 'POST') answers.add(`${statusCode} ${body}`);
    }
    expect(await stage.dump()).toEqual(before);
    // Each was tried many times, forms most of all.
    expect(Math.min(...methods.values())).toBeGreaterThan(ROUNDS / 16);
    expect(methods.get('POST')).toBeGreaterThan(ROUNDS / 4);
    // No link of ours, or a page that takes no forms: nothing else is ever said, whatever is named.
    expect([...answers].map((answer) => answer.slice(0, 3)).sort()).toEqual(['404', '405']);
  });

  it('forms on a good link of another mail’s task act on nothing', async () => {
    const { stage, good, refs } = await withTwoMails();
    const before = await stage.dump();
    const fuzz = new Fuzz();
    const pages = good.filter((path) => path.startsWith('/d/'));
    let tried = 0;
    for (let round = 0; round < 1_000; round += 1) {
      const page = fuzz.pick(pages).split('/').slice(0, 3).join('/');
      const own = good.filter((path) => path.startsWith(page)).map((path) => path.split('/')[3]);
      const foreign = refs.filter((ref) => !own.includes(ref));
      const path = `${page}/${fuzz.pick([...foreign, fuzz.mutate(fuzz.pick(foreign))])}`;
      if (own.includes(path.split('/')[3]) || path.endsWith('/')) continue;
      tried += 1;
      const answer = await stage.answer({ ...eventOf('POST', BASE, fuzz.pick(FORMS)), rawPath: path });
      expect([404, 405], path).toContain(answer.statusCode);
    }
    expect(tried).toBeGreaterThan(900);
    expect(await stage.dump()).toEqual(before);
  });
});
