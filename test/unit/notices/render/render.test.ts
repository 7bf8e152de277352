import { describe, expect, it } from 'vitest';
import { causeOf } from '../../../../functions/abandonment/causes.ts';
import { NO_EVIDENCE } from '../../../../functions/abandonment/evidence.ts';
import { DAY, HOUR } from '../../../../functions/abandonment/time.ts';
import { countsRestarts } from '../../../../functions/notices/render/mail-of.ts';
import { renderDigest } from '../../../../functions/notices/render/render.ts';
import type { MailItem } from '../../../../functions/notices/send/digest-facts.ts';
import { newTaskRecord } from '../../../../functions/store/tasks.ts';
import { aTask } from '../../abandonment/decide-builders.ts';
import { at, facts, flat, item, many, readable } from './render-builders.ts';

const disabled = item({
  notice: 'disabled',
  unhealthyFor: 21 * DAY,
  disableAt: null,
  disabledAt: at('2026-02-05T00:00:00Z'),
});
const recovered = item({
  notice: 'recovered',
  task: 'acmeCo/c',
  disableAt: null,
  resolvedReason: 'recovered',
});
const withdrawn = item({
  notice: 'withdrawn',
  task: 'acmeCo/w',
  disableAt: null,
  resolvedReason: 'user-published',
});
const undated = item({ task: 'acmeCo/u', mode: 'notify', disableAt: null });

const rendered = (items: MailItem[], changes?: Parameters<typeof facts>[1]) =>
  renderDigest(facts(items, changes));

async function golden(name: string, items: MailItem[]) {
  const mail = rendered(items);
  await expect(`${mail.subject}\n\n${mail.text}`).toMatchFileSnapshot(`../../../golden/mails/${name}.txt`);
  await expect(mail.html).toMatchFileSnapshot(`../../../golden/mails/${name}.html`);
  return mail;
}

describe('a warning with a date', () => {
  it('says what, where, since when, how often restarted, why, what happens when, what to do, who knows, whom to ask', () => {
    const mail = rendered([item()], { zone: 'Europe/Berlin' });
    expect(mail.subject).toBe('orders-capture will be turned off on 5 February 2026 unless you act');
    for (const part of [flat(mail.text).replaceAll('"', ''), readable(mail.html)]) {
      expect(part).toContain('acmeCo/prod/orders-capture');
      expect(part).toContain('Capture, data plane aws-eu-1');
      expect(part).toContain('Not running since 15 January 2026 (14 days); 37 restarts tried since.');
      expect(part).toContain('Cause: its shards failed.');
      expect(part).toContain(
        'It is turned off on Thursday 5 February 2026, 01:00 Berlin time (00:00 UTC), in 7 days.',
      );
      expect(part).toContain('You can prevent it until then, and undo it afterwards.');
      expect(part).toContain('Fix it, or publish a new version of it.');
      expect(part).toContain('Turn it off yourself.');
      expect(part).toContain('Also notified: team@acme.test.');
      expect(part).toContain('Whom to ask: platform@acme.test');
      expect(part).toContain('Sent to ana@acme.test.');
    }
  });

  it('names the day as the reader has it', () => {
    const mail = renderDigest(facts([item()], { zone: 'America/New_York' }));
    expect(mail.subject).toContain('on 4 February 2026 unless');
    expect(flat(mail.text)).toContain(
      'Wednesday 4 February 2026, 19:00 New York time (5 February 2026, 00:00 UTC)',
    );
  });

  it('speaks UTC where the zone is not known', () => {
    const mail = renderDigest(facts([item()], { zone: 'Mars/Olympus' }));
    expect(flat(mail.text)).toContain('It is turned off on Thursday 5 February 2026, 00:00 UTC, in 7 days.');
  });

  it('says that reminders were declined and warnings are not', () => {
    const mail = renderDigest(facts([item()], { declined: true }));
    expect(flat(mail.text)).toContain(
      'You declined reminders. You still get warnings, and tasks can still be turned off.',
    );
  });

  it('says that warnings go on where reminders may be declined, and else not a word of it', () => {
    const sentence = 'If you decline reminders, you still get warnings, and tasks can still be turned off.';
    expect(flat(renderDigest(facts([item({ notice: 'reminder' })])).text)).toContain(sentence);
    expect(flat(renderDigest(facts([item()])).text)).not.toContain('decline');
  });

  it('breaks neither a day nor a time over two lines of the HTML', () => {
    const { html } = renderDigest(facts([item()], { zone: 'Europe/Berlin' }));
    const glued = 'Thursday 5 February 2026, 01:00 Berlin time (00:00 UTC)'.replace(
      /(?<!,) (?!\()/g,
      '\u00a0',
    );
    expect(html).toContain(glued);
  });

  it('tells the inbox how long it does not run and why, and of several their names', () => {
    const hidden = ({ html }: { html: string }) =>
      /<div style="display:none[^>]*>([^<]*)</.exec(html)?.[1]?.trim();
    expect(hidden(renderDigest(facts([item()])))).toBe('Not running for 14 days: its shards failed.');
    expect(hidden(renderDigest(facts(many(7))))).toBe(
      'task-0001, task-0002, task-0003, task-0004, task-0005 and 2 more',
    );
    expect(hidden(renderDigest(facts([item({ task: 'a/evil.com' }), item({ task: 'a/b c' })])))).toBe('');
  });

  it.each(['en', 'de'] as const)('says no sentence twice (%s)', (language) => {
    for (const items of [[item()], [disabled], many(3), many(30)]) {
      const { text } = renderDigest(facts(items, { language }));
      const sentences = flat(text.replace(/^\* .*$[\s\S]*?\n\n/gm, '')).split(/(?<=[.?!]) /);
      expect(new Set(sentences).size).toBe(sentences.length);
    }
  });

  it('says that time was left out of the count', () => {
    const mail = renderDigest(facts([item({ unhealthyFor: 4 * DAY })]));
    expect(flat(mail.text)).toContain('(4 days, not counting the time in which its health was unknown)');
  });

  it('says that nobody else was notified, and counts those it does not name', () => {
    expect(renderDigest(facts([item({ told: [] })])).text).toContain('Nobody else was notified.');
    const others = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name) => `${name}@acme.test`);
    expect(flat(renderDigest(facts([item({ told: others })])).text)).toContain('e@acme.test and 2 more.');
  });
});

describe('how far ahead the date is', () => {
  it.each([
    [6 * DAY + 23 * HOUR, 'in 6 days'],
    [2 * DAY, 'in 2 days'],
    [29 * HOUR, 'in 1 day 5 hours'],
    [DAY, 'in 1 day'],
    [DAY - 1, 'in 23 hours'],
    [HOUR, 'in 1 hour'],
    [20_000, 'in 1 minute'],
    [0, 'due now'],
    [-HOUR, 'due now'],
  ])('%d ms ahead: %s', (ahead, words) => {
    const { text } = renderDigest(facts([item({ disableAt: at('2026-01-29T00:00:00Z') + ahead })]));
    expect(flat(text)).toContain(`UTC, ${words}.`);
  });
});

describe('a warning without a date', () => {
  it('threatens nothing', () => {
    const mail = rendered([undated]);
    expect(mail.subject).toBe('u is not running');
    expect(flat(mail.text)).toContain(
      'Nothing will happen to this task: this mail is for your information only.',
    );
    for (const part of [mail.subject, mail.text, mail.html]) {
      expect(part).not.toMatch(/will be turned off|is turned off|February 2026/i);
    }
  });

  it('has none below mode disable even where the facts carry one', () => {
    for (const mode of ['notify', 'detect'] as const) {
      for (const notice of ['warning', 'reminder'] as const) {
        const mail = renderDigest(facts([item({ mode, notice })]));
        expect(mail.subject + mail.text + mail.html).not.toMatch(
          /will be turned off|is turned off|February 2026/i,
        );
      }
    }
  });

  it('says how often it ran too briefly to count, beside the restarts, in both languages', () => {
    const text = (twitches: number, language: 'en' | 'de') =>
      flat(renderDigest(facts([item({ twitches })], { language })).text);
    expect(text(0, 'en')).toContain('37 restarts tried since. Cause');
    expect(text(1, 'en')).toContain('37 restarts tried since, and it ran once too briefly to count. Cause');
    expect(text(28, 'en')).toContain('37 restarts tried since, and it ran 28 times too briefly to count.');
    expect(text(1, 'de')).toContain(
      '37 Neustarts versucht; dazwischen lief er einmal zu kurz, um zu zählen.',
    );
    expect(text(28, 'de')).toContain('dazwischen lief er 28-mal zu kurz, um zu zählen.');
  });

  it('says nothing of restarts that nobody counts, in both languages', () => {
    const text = (twitches: number, language: 'en' | 'de') =>
      flat(renderDigest(facts([item({ restarts: null, twitches })], { language })).text);
    expect(text(0, 'en')).toContain('(14 days). Cause');
    expect(text(2, 'en')).toContain('(14 days), and it ran 2 times too briefly to count. Cause');
    expect(text(0, 'de')).toContain('(14 Tage). Ursache');
    expect(text(2, 'de')).toContain('(14 Tage); dazwischen lief er 2-mal zu kurz, um zu zählen. Ursache');
  });

  it('counts restarts of a task that is listed only where its control plane does', () => {
    const record = newTaskRecord(aTask());
    const restarts = { total: 3, atLoss: 3 };
    expect(countsRestarts(record)).toBe(true);
    expect(countsRestarts({ ...record, listed: { revision: 'a' } })).toBe(false);
    const counted = { ...record, evidence: { ...record.evidence, restarts } };
    expect(countsRestarts({ ...counted, listed: { revision: 'a' } })).toBe(true);
  });

  it('says that a task never ran', () => {
    const { text } = renderDigest(facts([item({ mode: 'notify', cause: 'never-primary', restarts: 0 })]));
    expect(flat(text)).toContain('no restart tried since. Cause: none of its shards ever became primary.');
  });
});

describe('what a task failed of', () => {
  const because = (cause: MailItem['cause'], language: 'en' | 'de') =>
    flat(renderDigest(facts([item({ cause })], { language })).text);

  it('is told by its class, in both languages', () => {
    expect(because('failed-credentials', 'en')).toContain(
      'Cause: its shards failed because their credentials are refused.',
    );
    expect(because('failed-credentials', 'de')).toContain(
      'Ursache: seine Shards sind ausgefallen, weil ihre Zugangsdaten abgelehnt werden.',
    );
    expect(because('failed-unreachable', 'en')).toContain('a system that they need cannot be reached.');
  });

  it('comes from the evidence, whatever the shards do between two attempts', () => {
    const evidence = { ...NO_EVIDENCE, cause: 'schema' as const };
    expect(causeOf({ ...evidence, statuses: ['FAILED'] })).toBe('failed-schema');
    expect(causeOf({ ...evidence, statuses: ['PENDING'] })).toBe('failed-schema');
    expect(causeOf({ ...evidence, statuses: ['FAILED'], cause: 'other' })).toBe('failed');
    expect(causeOf({ ...NO_EVIDENCE, statuses: ['FAILED'] })).toBe('failed');
  });
});

describe('the other notices', () => {
  it('a reminder is called one', () => {
    const reminder = item({ notice: 'reminder', restarts: 1, disableAt: at('2026-02-01T00:00:00Z') });
    const mail = rendered([reminder]);
    expect(mail.subject).toBe(
      'Reminder: orders-capture will be turned off on 1 February 2026 unless you act',
    );
    expect(flat(mail.text)).toContain(
      'Reminder: it is turned off on Sunday 1 February 2026, 00:00 UTC, in 3 days.',
    );
  });

  it('a disabled task was turned off, in the past tense', () => {
    const mail = rendered([disabled], { now: at('2026-02-05T00:10:00Z') });
    expect(mail.subject).toBe('orders-capture was turned off');
    expect(flat(mail.text)).toContain('Had not run since 15 January 2026 (21 days)');
    expect(flat(mail.text)).toContain('Turned off on Thursday 5 February 2026, 00:00 UTC.');
    expect(mail.text).not.toMatch(/will be/);
  });

  it('a disabled task says until when it can be turned on again, in both languages, and no more once that is past', () => {
    const restorableUntil = at('2026-05-06T00:00:00Z');
    const text = (now: string, language: 'en' | 'de', count = 1) =>
      flat(
        renderDigest(
          facts(
            Array.from({ length: count }, (_, i) => ({ ...disabled, task: `a/t${i}`, restorableUntil })),
            {
              now: at(now),
              language,
            },
          ),
        ).text,
      );
    expect(text('2026-02-05T00:00:00Z', 'en')).toContain(
      'Until 6 May 2026 it can be turned on again as it was.',
    );
    expect(text('2026-02-05T00:00:00Z', 'de')).toContain(
      'Bis zum 6. Mai 2026 lässt er sich wieder einschalten',
    );
    expect(text('2026-02-05T00:00:00Z', 'en', 20).match(/Until 6 May 2026/g)).toHaveLength(1);
    expect(text('2026-05-06T00:00:00Z', 'en')).not.toContain('as it was');
  });

  it('a task its owner turned off says so', () => {
    const mail = renderDigest(facts([{ ...disabled, resolvedReason: 'disabled-by-owner' }]));
    expect(flat(mail.text)).toContain('Turned off on Thursday 5 February 2026, 00:00 UTC by an owner.');
  });

  it('a withdrawn date says why, and names no date', () => {
    const mail = rendered([withdrawn]);
    expect(mail.subject).toBe('The date announced for w no longer holds');
    expect(flat(mail.text)).toContain('no longer holds: a new version was published.');
    expect(mail.text).not.toMatch(/February/);
  });

  it('a recovered task runs again', () => {
    const mail = rendered([recovered]);
    expect(mail.subject).toBe('c is running again');
    expect(flat(mail.text)).toContain('It is running again.');
  });
});

describe('a digest of several', () => {
  it('has what is due first on top, then by name, and counts in the subject', async () => {
    const mail = await golden('mixed', [
      recovered,
      item({ task: 'acmeCo/z', disableAt: at('2026-02-05T00:00:00Z') }),
      withdrawn,
      undated,
      item({ task: 'acmeCo/b', disableAt: at('2026-02-06T00:00:00Z') }),
      disabled,
      item({ task: 'acmeCo/a', notice: 'reminder', disableAt: at('2026-02-05T00:00:00Z') }),
    ]);
    expect(mail.subject).toBe(
      '3 tasks will be turned off from 5 February 2026 on unless you act, and 4 other notices',
    );
    for (const part of [mail.text, mail.html.slice(mail.html.indexOf('<h1>'))]) {
      const places = [
        'acmeCo/a',
        'acmeCo/z',
        'acmeCo/b',
        'orders-capture',
        'acmeCo/w',
        'acmeCo/u',
        'acmeCo/c',
      ];
      expect(places.map((name) => part.indexOf(name))).toEqual(
        places.map((name) => part.indexOf(name)).toSorted((a, b) => a - b),
      );
    }
  });

  it('of one date says "on", of three tasks says three', async () => {
    const mail = await golden('three', many(3));
    expect(mail.subject).toBe('3 tasks will be turned off on 5 February 2026 unless you act');
  });

  it('is the same mail whatever the order of its facts', () => {
    const items = [disabled, undated, ...many(3)];
    expect(renderDigest(facts(items.toReversed()))).toEqual(renderDigest(facts(items)));
  });

  it('refuses to be about nothing', () => {
    expect(() => renderDigest(facts([]))).toThrow(RangeError);
  });
});

describe('the frame of a mail', () => {
  it('has the picture of the brand where there is one', () => {
    const brand = { name: 'Acme Flow', colour: '#123456' };
    const picture = /<img[^>]*>/g;
    expect(rendered([item()], { brand }).html.match(picture)).toBeNull();
    const [image = ''] =
      rendered([item()], { brand: { ...brand, logo: 'https://acme.test/l.png' } }).html.match(picture) ?? [];
    expect(image).toContain('src="https://acme.test/l.png"');
  });

  it.each<[Partial<MailItem>, string]>([
    [{}, 'What to do'],
    [{ notice: 'disabled', disableAt: null }, 'What to do'],
    [{ notice: 'enabled', disableAt: null }, 'What to do'],
    [{ notice: 'withdrawn', disableAt: null }, 'What it means'],
    [{ notice: 'recovered', disableAt: null }, 'What it means'],
  ])('of one part says what to do, or what it means: %j: %s', (changes, heading) => {
    for (const count of [1, 2]) expect(rendered(many(count, changes)).text).toContain(`== ${heading} ==`);
  });

  it('of several parts names and counts each', () => {
    const { text } = rendered([...many(2), recovered]);
    expect(text.match(/^== .* ==$/gm)).toEqual([
      '== Will be turned off unless you act (2) ==',
      '== Running again ==',
    ]);
  });
});

describe('where a mail leads', () => {
  const links = {
    page: 'https://page.test/d/L',
    preferences: 'https://page.test/d/L/preferences',
    unsubscribe: 'https://page.test/u/L',
    task: ({ task }: { task: string }) => `https://page.test/d/L/${task}`,
  };
  const stillOff = { ...disabled, notice: 'still-off' } as const;

  it.each<[string, MailItem[], string | undefined]>([
    ['turned off', [disabled], 'Review and turn on again'],
    ['still off', [stillOff], 'Review and turn on again'],
    ['off, one way or the other', [disabled, stillOff, recovered], 'Review and turn on again'],
    ['off or not', [disabled, item()], 'Review and keep'],
    ['well again', [recovered], undefined],
  ])('where all that is open is %s', (_what, items, words) => {
    const { text } = rendered(items, { links });
    expect(/^(Review and .*):$/m.exec(text)?.[1]).toBe(words);
  });

  it.each([
    [2, 2],
    [10, 10],
    [11, 0],
  ])('of %i tasks to the pages of %i: of more the one page tells', (count, pages) => {
    const { text } = rendered(many(count), { links });
    expect(text.match(/^ *https:\/\/page\.test\/d\/L\/acmeCo/gm) ?? []).toHaveLength(pages);
    expect(text).toContain('https://page.test/d/L\n');
    expect(rendered(many(count)).text).not.toContain('page.test');
  });
});

it('a mail of many leads to no single task, though one of them shares its date with none', () => {
  const links = {
    page: 'https://page.test/d/L',
    preferences: '',
    unsubscribe: '',
    task: () => 'https://page.test/one',
  };
  const lone = item({ task: 'acmeCo/lone', disableAt: at('2026-02-09T00:00:00Z') });
  const { text } = rendered([...many(11), lone], { links });
  expect(text).toContain('* "acmeCo/lone"');
  expect(text).not.toContain('https://page.test/one');
});

describe('how many a mail tells', () => {
  it('ten one by one, more by what they have in common', () => {
    const oneByOne = (count: number) => rendered(many(count)).text.match(/^\* /gm)?.length ?? 0;
    expect([9, 10, 11].map(oneByOne)).toEqual([9, 10, 0]);
  });

  it('and by names that end no quotes', () => {
    const items = Array.from({ length: 11 }, (_, place) => item({ task: `acmeCo/a "${place}"` }));
    expect(rendered(items).text).toContain('- "acmeCo/a \\"7\\""\n');
    expect(rendered(items.slice(0, 2)).text).toContain('* "acmeCo/a \\"1\\""\n');
  });

  it('is as many as it has room for; the first that finds none begins the next mail', () => {
    const items = many(230).map((each) => ({ ...each, task: `${each.task}-${'x'.repeat(480)}` }));
    const { left, html, text, subject } = rendered(items);
    const fitting = items.length - left.length;
    expect(left).toEqual(items.slice(fitting));
    expect(Buffer.byteLength(html)).toBeLessThan(100_000);
    expect(rendered(items.slice(0, fitting + 1)).left).toEqual([items[fitting]]);
    expect(rendered(items.slice(0, fitting))).toEqual({ left: [], html, text, subject });
    expect(subject).toMatch(new RegExp(`^${fitting} tasks`));
    expect(text).not.toMatch(/^\* /m);
  });
});

it('why its reader is notified stands at the top where it is one reason, else with each task', () => {
  const because = (...scopes: string[]) => {
    const items = scopes.map((scope, place) => item({ task: `t${place}`, why: { as: 'admin', scope } }));
    return flat(rendered(items).text).match(/are an admin of "[^"]*"\. (?:You can|Nobody|Also)/g);
  };
  expect(because('a/', 'a/')).toEqual(['are an admin of "a/". You can']);
  expect(because('a/', 'b/')).toEqual(['are an admin of "a/". Also', 'are an admin of "b/". Also']);
});
