import { describe, expect, it } from 'vitest';
import { DAY } from '../../../functions/abandonment/time.ts';
import { newTaskRecord } from '../../../functions/store/tasks.ts';
import {
  disableMessageFor,
  enableMessageFor,
  listingMessageFor,
  notifyMessageFor,
  reportMessageFor,
  webhookMessageFor,
} from '../../../functions/work/messages.ts';
import {
  disablerMessage,
  listingMessage,
  notifierMessage,
  parseMessage,
  webhookMessage,
} from '../../../functions/work/read-messages.ts';
import { aTask } from '../abandonment/decide-builders.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const FROM = { now: NOW, id: 'run-1' };
/** A message is of no use after four days. */
const ENVELOPE = { v: 1, notAfter: NOW + 4 * DAY, correlationId: 'run-1' };

const task = newTaskRecord(aTask({ id: 'acmeCo/prod/a' }));
const WEEK = { key: 'ana', week: '2026-02-23', tenants: [''] };

describe('a message that is made', () => {
  it.each([
    [
      'of a disabling',
      disableMessageFor(FROM, { ...task, open: { number: 3 } as never }),
      disablerMessage,
      { kind: 'disable', key: 'acmeCo/prod/a', episode: 3 },
      'acmeCo',
    ],
    [
      'of a disabling of which no episode is open',
      disableMessageFor(FROM, task),
      disablerMessage,
      { kind: 'disable', key: 'acmeCo/prod/a', episode: 0 },
      'acmeCo',
    ],
    [
      'of an enabling',
      enableMessageFor(FROM, { ...task, disabledByUs: { episode: 2 } as never }),
      disablerMessage,
      { kind: 'enable', key: 'acmeCo/prod/a', episode: 2 },
      'acmeCo',
    ],
    [
      'of an enabling of what is enabled',
      enableMessageFor(FROM, task),
      disablerMessage,
      { kind: 'enable', key: 'acmeCo/prod/a', episode: 0 },
      'acmeCo',
    ],
    [
      'of a listing that is due',
      listingMessageFor(FROM, 'acmeCo/connect/'),
      listingMessage,
      { kind: 'listing', key: 'acmeCo/connect/' },
      'acmeCo/connect/',
    ],
    [
      'of a listing under way',
      listingMessageFor(FROM, 'acmeCo/connect/', 7, 30),
      listingMessage,
      { kind: 'listing', key: 'acmeCo/connect/', listing: 7 },
      'acmeCo/connect/',
    ],
    [
      'of a webhook',
      webhookMessageFor(FROM, 'hook'),
      webhookMessage,
      { kind: 'webhook', key: 'hook' },
      'hook',
    ],
    [
      'of a recipient’s notices',
      notifyMessageFor(FROM, 'ana', 'acmeCo', 60),
      notifierMessage,
      { kind: 'notify', key: 'ana' },
      'acmeCo',
    ],
    [
      'of a weekly report',
      reportMessageFor(FROM, WEEK),
      notifierMessage,
      { kind: 'report', ...WEEK },
      'weekly-report',
    ],
  ] as const)(
    '%s is one that its worker reads, and stands in its own line',
    (_what, made, schema, fields, group) => {
      expect(parseMessage(schema, JSON.parse(made.body))).toEqual({
        ok: true,
        message: { ...ENVELOPE, ...fields },
      });
      expect(made.group).toBe(group);
    },
  );

  it('comes at once, or after the wait that it is given', () => {
    expect(listingMessageFor(FROM, 'acmeCo/connect/').delaySeconds).toBe(0);
    expect(listingMessageFor(FROM, 'acmeCo/connect/', 7, 30).delaySeconds).toBe(30);
    expect(notifyMessageFor(FROM, 'ana', 'acmeCo').delaySeconds).toBe(0);
    expect(notifyMessageFor(FROM, 'ana', 'acmeCo', 60).delaySeconds).toBe(60);
  });
});

describe('a message that is not as it should be', () => {
  const NOTIFY = { ...ENVELOPE, kind: 'notify', key: 'ana' };
  const REPORT = { ...ENVELOPE, kind: 'report', ...WEEK };
  const DISABLE = { ...ENVELOPE, kind: 'disable', key: 'acmeCo/a', episode: 1 };

  it.each<[string, Parameters<typeof parseMessage>[0], unknown, RegExp]>([
    ['no object', notifierMessage, 'notify', /^message: /],
    ['nothing', notifierMessage, null, /^message: /],
    ['no key', notifierMessage, { ...NOTIFY, key: undefined }, /^key: /],
    ['an empty key', notifierMessage, { ...NOTIFY, key: '' }, /^key: /],
    ['no end', notifierMessage, { ...NOTIFY, notAfter: undefined }, /^notAfter: /],
    ['no name by which it is traced', notifierMessage, { ...NOTIFY, correlationId: 7 }, /^correlationId: /],
    ['an unknown kind', notifierMessage, { ...NOTIFY, kind: 'disable' }, /^kind: /],
    ['no version', notifierMessage, { ...NOTIFY, v: undefined }, /^v: /],
    ['an old version', notifierMessage, { ...NOTIFY, v: 0 }, /^v: /],
    ['a version that is no number', notifierMessage, { ...NOTIFY, v: '2' }, /^v: /],
    ['a week that is no day', notifierMessage, { ...REPORT, week: '2026-2-23' }, /^week: /],
    ['a week with something before it', notifierMessage, { ...REPORT, week: 'x2026-02-23' }, /^week: /],
    ['a week with something behind it', notifierMessage, { ...REPORT, week: '2026-02-23T00' }, /^week: /],
    ['a report of nobody', notifierMessage, { ...REPORT, tenants: [] }, /^tenants: /],
    ['a report of what is no tenant', notifierMessage, { ...REPORT, tenants: [7] }, /^tenants\.0: /],
    ['no episode', disablerMessage, { ...DISABLE, episode: undefined }, /^episode: /],
    [
      'an enabling without an episode',
      disablerMessage,
      { ...DISABLE, kind: 'enable', episode: 'x' },
      /^episode: /,
    ],
    ['a listing by name', listingMessage, { ...NOTIFY, kind: 'listing', listing: 'x' }, /^listing: /],
    ['another kind for a lister', listingMessage, NOTIFY, /^kind: /],
    ['another kind for webhooks', webhookMessage, NOTIFY, /^kind: /],
  ])('is refused, with where it is wrong: %s', (_what, schema, body, reason) => {
    expect(parseMessage(schema, body)).toEqual({
      ok: false,
      newer: false,
      reason: expect.stringMatching(reason),
    });
  });

  it('is left for later where newer code wrote it', () => {
    expect(parseMessage(notifierMessage, { ...NOTIFY, v: 2, more: true })).toEqual({
      ok: false,
      newer: true,
      reason: 'version 2 is newer',
    });
  });

  it('asks for the canary of the feedback path by a kind of its own', () => {
    const body = { ...ENVELOPE, kind: 'feedback-canary', key: 'round-1' };
    expect(parseMessage(notifierMessage, body)).toEqual({ ok: true, message: body });
    expect(parseMessage(disablerMessage, body)).toMatchObject({ ok: false });
  });
});
