import { describe, expect, test } from 'vitest';
import { LANGUAGES } from '../../emails/languages.ts';
import { taskIdProblem } from '../../functions/abandonment/policy-scope.ts';
import { renderDigest } from '../../functions/notices/render/render.ts';
import { asPasted } from '../../functions/platform/foreign-words.ts';
import { facts, item, readable } from '../unit/notices/render/render-builders.ts';

/**
 * Attack: a tenant names a task so that a mail signed by the platform says, and links to, what they want. Wanted: one
 * link or one sentence of theirs in the mail of others (before: any host of an id was a link in most mail programs, and
 * a subject carried 80 characters of theirs).
 */
const HOSTS = [
  'evil.com/login',
  'www.evil.com',
  'WWW.evil',
  'login.acme.co.uk.evil.io/x',
  'пример.рф/x',
  'xn--e1afmkfd.xn--p1ai',
  '例え.テスト',
  'evil。com',
  'evil．com',
  'ana@evil.com',
  'mailto:ana',
  'tel:+1900123456',
  '\\\\evil\\share',
  '192.168.17.3/x',
  '😀.ws',
  'a-.com',
];

/** What mail programs make links of: a host with a known or likely end, `www`, a scheme, an address, a share. */
const LINKED = [
  /[^\s/.\\"]+[.。．｡](?:\p{L}[\p{L}\p{M}]+|xn--[\w-]+)/iu,
  /www[.。]\S/i,
  /\w:\/\//,
  /\b(?:mailto|tel|callto|sip|skype|news|file):\S/i,
  /\\\\\w/,
  /\d{1,3}(?:\.\d{1,3}){3}/,
];

const linksIn = (text: string) => LINKED.flatMap((link) => link.exec(text)?.[0] ?? []);
const bodyOf = (html: string) => readable(html.slice(html.indexOf('<body')).replace(/<!--.*?-->/gs, ''));
const quiet = { contact: 'the platform team', recipient: 'somebody' };

describe.each(LANGUAGES)('in %s', (language) => {
  test.each(HOSTS)('an id with %j links nowhere, and is read and copied as it is', (host) => {
    const task = `acmeCo/${host}`;
    const single = [item({ task, dataPlane: host.replaceAll(' ', '-'), told: [] })];
    const listed = Array.from({ length: 250 }, (_, index) => item({ task: `${task}-${index}`, told: [] }));
    for (const items of [single, listed]) {
      const { text, html, subject } = renderDigest(facts(items, { ...quiet, language }));
      expect(linksIn(text)).toEqual([]);
      expect(linksIn(bodyOf(html))).toEqual([]);
      expect(linksIn(subject)).toEqual([]);
      expect(asPasted(text).replaceAll('\\"', '"')).toContain(`"${items[0]?.task}"`);
    }
  });

  test.each([
    ['acmeCo/prod/orders-capture', 'orders-capture'],
    ['acmeCo/Bestellungen_2', 'Bestellungen_2'],
    ['acmeCo/заказы', 'заказы'],
    ['acmeCo/evil.com', undefined],
    ['acmeCo/Your account is closed', undefined],
    ['acmeCo/call:0900', undefined],
    [`acmeCo/${'x'.repeat(41)}`, undefined],
    ['acmeCo/--', undefined],
  ])('the subject about %j has of it %j', (task, word) => {
    const oneTask = language === 'de' ? '1 Task' : '1 task';
    for (const notice of ['warning', 'disabled', 'withdrawn', 'enabled', 'recovered'] as const) {
      const { subject } = renderDigest(facts([item({ task, notice })], { language }));
      expect(subject).toContain(word ?? oneTask);
      expect(subject).not.toContain('acmeCo');
      if (word === undefined) expect(subject).not.toContain(task.slice('acmeCo/'.length));
    }
  });
});

test('names stand between quotes that they cannot end, and in code', () => {
  const task = 'acmeCo/x" was turned off. Call us "';
  const { text, html } = renderDigest(facts([item({ task, dataPlane: 'p"q', told: [] })], quiet));
  expect(text).toContain('* "acmeCo/x\\" was turned off. Call us \\""\n');
  expect(text).toContain('data plane "p\\"q"\n');
  expect(html).toContain('<h3><code>acmeCo/x&quot; was turned off. Call us &quot;</code></h3>');
  expect(html).toContain('data plane <code>p&quot;q</code>');
});

test('ids that look like no host are copied letter by letter', () => {
  for (const task of [
    'acmeCo/prod/orders-capture',
    'acmeCo/orders.v2',
    'acmeCo/2026.11.29',
    'arn:aws:ecs/x y',
  ]) {
    const { text, html } = renderDigest(facts([item({ task, told: [] })], quiet));
    expect(text).toContain(`* "${task}"\n`);
    expect(html).toContain(`<code>${task}</code>`);
  }
});

test('the addresses of others are addresses, and no hosts', () => {
  const addresses = ['boss@acme.test', 'evil.com/login@x.test', 'www.evil.com@x.test'];
  const { text } = renderDigest(facts([item({ told: addresses })], quiet));
  expect(text).toContain('boss@acme.test');
  expect(linksIn(text.replace('boss@acme.test', ''))).toEqual([]);
});

test.each([
  ['acmeCo/https://evil.com', 'has "://"'],
  ['acmeCo/x://y', 'has "://"'],
  [' acmeCo/a', 'has a space at the start or the end of a part'],
  ['acmeCo/a ', 'has a space at the start or the end of a part'],
  ['acmeCo /a', 'has a space at the start or the end of a part'],
  ['acmeCo/\u3000a', 'has a space at the start or the end of a part'],
  ['acmeCo/a  b', 'has spaces in a row'],
  ['acmeCo/a \u00a0b', 'has spaces in a row'],
])('an id %j is refused', (id, problem) => {
  expect(taskIdProblem(id)).toContain(problem);
});

test('an id with single spaces is one', () => {
  expect(taskIdProblem('acme Co/my first task')).toBeUndefined();
});
