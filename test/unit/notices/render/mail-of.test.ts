import { describe, expect, it } from 'vitest';
import { DAY, MINUTE } from '../../../../functions/abandonment/time.ts';
import { mailOf, type NoticeBasis } from '../../../../functions/notices/render/mail-of.ts';
import { readLink } from '../../../../functions/platform/link-token.ts';
import { dataPlaneWrite, newDataPlane } from '../../../../functions/store/data-planes.ts';
import type { DigestItem } from '../../../../functions/store/digests.ts';
import type { PastFacts, PendingNotice } from '../../../../functions/store/notices.ts';
import { digestOfRules, ownerRulesWrite } from '../../../../functions/store/owner-rules.ts';
import { loadPauses, pausesWrite } from '../../../../functions/store/pauses.ts';
import type { Write } from '../../../../functions/store/table/table.port.ts';
import type { TaskRecord } from '../../../../functions/store/tasks.ts';
import {
  ANA,
  ANA_ADDRESS,
  ASKED,
  answerStage,
  BO,
  BO_ADDRESS,
  DATE,
  type Given,
  START,
  TASK,
  TOPIC,
} from '../send/answer-stage.ts';
import { flat } from './render-builders.ts';

const SINCE = START - 14 * DAY;

interface About {
  item?: Partial<DigestItem>;
  facts?: Partial<PastFacts>;
  /** Changes the task as it was read; null: it is gone. */
  task?: null | ((record: TaskRecord) => TaskRecord);
}

interface Whose extends Given {
  recipientKey?: string;
  address?: string;
  rows?: Write[];
  configured?: (system: Awaited<ReturnType<typeof answerStage>>['system']) => void;
}

/** What the mail says of notices about the failing task, whose date is 8 March 2026, or of what else a test makes of them. */
async function mailAbout(abouts: About[], whose: Whose = {}) {
  const stage = await answerStage(whose);
  whose.configured?.(stage.system);
  for (const [place, write] of (whose.rows ?? []).entries())
    await stage.table.transact([write], `given ${place}`);
  const stored = await stage.record();
  const digest = await stage.digest();
  const recipient = whose.recipientKey ?? ANA;
  const address = whose.address ?? ANA_ADDRESS;
  const notices = abouts.map(({ item, facts, task }): NoticeBasis => {
    const frozen = { ...digest.items[0], ...item } as DigestItem;
    const since = { since: START, notBefore: START };
    const past = { notice: frozen.notice, ...since, facts: { since: frozen.since, restarts: 30, ...facts } };
    const pending = (facts ? past : { notice: frozen.notice, ...since }) as PendingNotice;
    return {
      notice: { recipient, address, task: frozen.task, episode: frozen.episode, pending },
      record: task === null ? undefined : (task?.(stored) ?? stored),
      item: frozen,
    };
  });
  const written = await mailOf(stage.system, await stage.view(), { ...digest, recipient, address }, notices);
  if ('unwritable' in written) throw new Error('it cannot be written');
  return { ...written, notices, says: flat(written.mail.text).replaceAll('"', '') };
}

const past = (notice: DigestItem['notice'], facts: Partial<PastFacts>): About => ({
  item: { notice, disableAt: null },
  facts,
});

describe('the mail of a warning', () => {
  it('goes to its recipient under its own digest, and says what is known of the task', async () => {
    const { mail, items, says, notices } = await mailAbout([{}]);
    expect(mail).toMatchObject({ to: ANA_ADDRESS, digest: 'digest-1', headers: {} });
    expect(mail.subject).toBe('a will be turned off on 8 March 2026 unless you act');
    for (const part of [
      'It is turned off on Sunday 8 March 2026, 12:00 UTC, in 7 days.',
      'You can prevent it until then, and undo it afterwards.',
      'acmeCo/a',
      'Capture, data plane eu-1',
      'Not running since 15 February 2026 (14 days); 30 restarts tried since. Cause: its shards failed.',
      'You get this because you own this task.',
      'Nobody else was notified.',
      'Whom to ask: us',
      'Sent to ana@acme.test.',
    ])
      expect(says).toContain(part);
    expect(says).not.toContain('decline');
    expect(items).toEqual(notices.map(({ item }) => item));
  });

  it('threatens nothing where no date stands in it', async () => {
    const { mail, says } = await mailAbout([{ item: { disableAt: null } }]);
    expect(mail.subject).toBe('a is not running');
    expect(says).toContain('Nothing will happen to this task');
    expect(says).not.toContain('You can prevent it');
  });

  it('names the others who were warned and still are notified, in order, and not its reader', async () => {
    const other = (name: string, more: object) => ({
      [name]: { ...ASKED, address: `${name}@acme.test`, ...more },
    });
    const { says } = await mailAbout([{}], {
      open: {
        told: {
          [ANA]: ASKED,
          ...other('eve', { warning: 'accepted' }),
          ...other('cy', {}),
          ...other('di', { left: true }),
          ...other('gus', { warning: 'failed' }),
        },
      },
    });
    expect(says).toContain('Also notified: cy@acme.test, eve@acme.test.');
  });

  it('leaves out the time in which health was unknown', async () => {
    const plane = {
      ...newDataPlane('eu-1', SINCE),
      unknown: [{ from: START - 10 * DAY, to: START - 6 * DAY }],
    };
    const { says } = await mailAbout([{}], { rows: [dataPlaneWrite(plane)] });
    expect(says).toContain('(10 days, not counting the time in which its health was unknown)');
  });

  it('says how often it ran too briefly to count, and nothing of restarts that its control plane does not count', async () => {
    const listed = (total: number) => (record: TaskRecord) => ({
      ...record,
      listed: { revision: 'r' },
      evidence: { ...record.evidence, restarts: { total, atLoss: 0 } },
    });
    expect((await mailAbout([{ item: { twitches: 1 } }])).says).toContain(
      'and it ran once too briefly to count',
    );
    expect((await mailAbout([{ task: listed(0) }])).says).toContain('(14 days). Cause');
    expect((await mailAbout([{ task: listed(1) }])).says).toContain('(14 days); 30 restarts tried since.');
  });

  it('of a deadline that is past says so, and not that the task does not run', async () => {
    const item = { notice: 'overdue', alert: 'task_overdue', since: START - 2 * DAY } as const;
    const { mail, says } = await mailAbout([{ item }]);
    expect(mail.subject).toBe('a is past its deadline and will be turned off on 8 March 2026 unless you act');
    expect(says).toContain('Past its deadline of Friday 27 February 2026, 12:00 UTC for 2 days.');
    expect(says).not.toContain('Not running');
  });

  it('still tells what it can of a task that is gone meanwhile', async () => {
    const { says } = await mailAbout([{ task: null }]);
    expect(says).toContain('Service, data plane ?');
    expect(says).toContain(
      'Not running since 15 February 2026 (14 days); 30 restarts tried since. Cause: not known.',
    );
    expect(says).toContain('Nobody else was notified.');
    expect(says).not.toContain('You get this');
  });
});

describe('the mail of what is past', () => {
  const OFF = START - 2 * DAY;

  it('counts up to the disabling, and says until when that can be undone: for 90 days', async () => {
    const { mail, says } = await mailAbout([past('disabled', { disabledAt: OFF })]);
    expect(mail.subject).toBe('a was turned off');
    expect(says).toContain(
      'Turned off on Friday 27 February 2026, 12:00 UTC. Until 28 May 2026 it can be turned on again as it was.',
    );
    expect(says).toContain('Had not run since 15 February 2026 (12 days)');
  });

  it('or as long as its owning system said; and who turned it off', async () => {
    const facts = {
      disabledAt: OFF,
      restorableUntil: START + 10 * DAY,
      resolvedReason: 'disabled-by-owner',
    } as const;
    const { says } = await mailAbout([past('disabled', facts)]);
    expect(says).toContain('12:00 UTC by an owner. Until 11 March 2026 it can be turned on again as it was.');
  });

  it('of a task that an operator enabled counts up to that', async () => {
    const { says } = await mailAbout([past('enabled', { enabledAt: START - DAY })]);
    expect(says).toContain('Turned on again on Saturday 28 February 2026, 12:00 UTC by an operator.');
    expect(says).toContain('Had not run since 15 February 2026 (13 days)');
  });

  it('says why a date no longer holds', async () => {
    const { says } = await mailAbout([past('withdrawn', { resolvedReason: 'kept' })]);
    expect(says).toContain(
      'The date announced for turning it off no longer holds: it was marked to be kept.',
    );
    expect((await mailAbout([past('withdrawn', {})])).says).toContain('no longer holds.');
  });

  it('names nobody else where its episode is over', async () => {
    const task = (record: TaskRecord) => ({ ...record, open: null });
    const { says } = await mailAbout([{ ...past('withdrawn', { resolvedReason: 'kept' }), task }]);
    expect(says).toContain('Nobody else was notified.');
  });

  it('says who disclaimed it, and whom they named', async () => {
    const { says } = await mailAbout([
      past('disclaimed', { disclaimed: { by: BO_ADDRESS, instead: 'cy@acme.test' } }),
    ]);
    expect(says).toContain('bo@acme.test said that it is not theirs, and named cy@acme.test instead.');
  });
});

describe('the mail of a deadline ahead', () => {
  const item = { notice: 'stopping', episode: 0 } as const;

  it('says that the task is turned off at it where it is, and else only when it is', async () => {
    const binding = await mailAbout([{ item: { ...item, binds: true } }]);
    expect(binding.mail.subject).toBe('a comes to its deadline on 8 March 2026');
    expect(binding.says).toContain(
      'Its deadline is Sunday 8 March 2026, 12:00 UTC, in 7 days. It is turned off if it still runs then.',
    );
    expect(binding.says).toContain('You can prevent it until then');
    const other = await mailAbout([{ item }]);
    expect(other.says).toContain('Its deadline is Sunday 8 March 2026, 12:00 UTC, in 7 days.');
    expect(other.says).not.toContain('It is turned off');
    expect(other.says).not.toContain('You can prevent it');
  });

  it('names those who are notified of the deadline as it is now, not those who heard of an earlier one', async () => {
    const hears = (name: string, more: object) => ({ [name]: { address: `${name}@acme.test`, ...more } });
    const last = (moves: number) => ({ last: { deadline: DATE, moves } });
    const announcements = {
      ...hears('eve', last(2)),
      ...hears('di', { pending: { deadline: DATE, moves: 2 }, ...last(1) }),
      ...hears('cy', last(1)),
      ...hears('gus', {}),
      [ANA]: { address: ANA_ADDRESS, ...last(2) },
    };
    const { says } = await mailAbout([
      { item, task: (record) => ({ ...record, stopping: { moves: 2, seen: DATE, told: announcements } }) },
    ]);
    expect(says).toContain('Also notified: di@acme.test, eve@acme.test.');
    expect((await mailAbout([{ item }])).says).toContain('Nobody else was notified.');
    expect((await mailAbout([{ item, task: null }])).says).toContain('Nobody else was notified.');
  });
});

describe('what a recipient chose', () => {
  it('is the language and zone of their mails', async () => {
    const { mail, says } = await mailAbout([{}], { recipient: { language: 'de', zone: 'Europe/Berlin' } });
    expect(mail.subject).toBe('a wird am 8. März 2026 abgeschaltet, wenn Sie nichts tun');
    expect(says).toContain('Sonntag, 8. März 2026, 13:00 Uhr Ortszeit Berlin (12:00 Uhr UTC)');
    expect(mail.html).toContain('<html lang="de"');
  });

  it('is repeated where they declined reminders', async () => {
    const { says } = await mailAbout([{}], { recipient: { declined: true } });
    expect(says).toContain('You declined reminders. You still get warnings');
  });
});

it('a mail looks as the platform’s own do', async () => {
  const configured: Whose['configured'] = ({ config }) => {
    config.brand = { name: 'Acme Flow', colour: '#123456' };
  };
  const { mail } = await mailAbout([{}], { configured });
  expect(mail.html).toContain('Acme Flow');
  expect(mail.html).not.toContain('Taskwarden');
  expect((await mailAbout([{}])).mail.html).toContain('Taskwarden');
});

describe('why somebody is notified', () => {
  it('is the rule that names them, though another task of the mail names its owner itself', async () => {
    const rules = [{ line: 1, pattern: 'acmeCo/', owners: [ANA_ADDRESS] }];
    const { table } = await answerStage();
    const pauses = { ...(await loadPauses(table)), ownerRules: digestOfRules(rules) };
    const rows = [ownerRulesWrite(rules), pausesWrite(pauses)];
    const unowned = (record: TaskRecord) => ({ ...record, task: { ...record.task, owners: [] } });
    const alone = await mailAbout([{ task: unowned }], { rows });
    expect(alone.says).toContain('You get this because you own this task by the rule acmeCo/.');
    const second = { item: { task: 'acmeCo/b' }, task: unowned };
    const both = await mailAbout([{ item: { task: 'acmeCo/gone' }, task: null }, {}, second], { rows });
    expect(both.says).toContain('You get this because you own it. Nobody');
    expect(both.says).toContain('You get this because you own it by the rule acmeCo/.');
  });

  it('is left open for one of whom nothing says so any more', async () => {
    const { says } = await mailAbout([{}], { recipientKey: BO, address: BO_ADDRESS });
    expect(says).toContain(
      'You get this because you subscribed to this task, are an admin of this task, or were notified of this task before.',
    );
  });
});

describe('the links of a mail', () => {
  const key = { id: 'k1', secret: new Uint8Array(32).fill(7) };
  const configured: Whose['configured'] = (system) => {
    system.links = {
      baseUrl: 'https://page.test/',
      keys: { current: async () => key, accepted: async () => key },
    };
  };
  const reminder = { notice: 'reminder', lead: DAY } as const;

  it('open the page of that mail for its recipient, for 60 days', async () => {
    const { mail } = await mailAbout([{}], { configured });
    const [, token = ''] = /https:\/\/page\.test\/d\/([^/\s]+)\//.exec(mail.text) ?? [];
    const link = readLink(token, 'd', key);
    expect(link).toMatchObject({ digest: 'digest-1', expires: START + 60 * DAY });
    expect([link?.isFor(ANA), link?.isFor(BO)]).toEqual([true, false]);
  });

  it('decline by one click what may be declined, and no warning', async () => {
    expect((await mailAbout([{}], { configured })).mail.headers).toEqual({});
    const { headers } = (await mailAbout([{}, { item: { ...reminder, task: 'acmeCo/b' } }], { configured }))
      .mail;
    expect(headers['List-Unsubscribe-Post']).toBe('List-Unsubscribe=One-Click');
    const [, token = ''] = /^<https:\/\/page\.test\/u\/(.+)>$/.exec(headers['List-Unsubscribe'] ?? '') ?? [];
    expect(readLink(token, 'u', key)).toMatchObject({ digest: 'digest-1' });
  });

  it('are in no message to a topic, which many read, nor a reason that would be one person’s', async () => {
    const { mail, says } = await mailAbout([{ item: reminder }], { configured, address: TOPIC });
    expect(mail.to).toBe(TOPIC);
    expect(mail.headers).toEqual({});
    expect(mail.text + mail.html).not.toContain('page.test');
    expect(says).not.toContain('You get this');
  });

  it('are nowhere where there is no owner’s page', async () => {
    const { mail } = await mailAbout([{ item: reminder }]);
    expect(mail.headers).toEqual({});
    expect(mail.text).not.toContain('http');
  });

  it('say nothing of what found no room, which is left for the next mail', async () => {
    const long = Array.from(
      { length: 230 },
      (_, place): About => ({
        item: { task: `${TASK}/${String(place).padStart(3, '0')}-${'x'.repeat(480)}` },
      }),
    );
    const later = { item: { ...reminder, task: 'acmeCo/later', disableAt: DATE + MINUTE } };
    const { mail, items, notices } = await mailAbout([later, ...long], { configured });
    expect(items.length).toBeGreaterThan(100);
    expect(items.length).toBeLessThan(230);
    expect(items).toEqual(notices.slice(1, 1 + items.length).map(({ item }) => item));
    expect(mail.subject).toBe(`${items.length} tasks will be turned off on 8 March 2026 unless you act`);
    expect(mail.headers).toEqual({});
  });
});
