import { describe, expect, it } from 'vitest';
import { DAY, HOUR, SECOND } from '../../../../functions/abandonment/time.ts';
import { applyItems, bindDates } from '../../../../functions/notices/send/apply-digest.ts';
import type { DigestItem, DigestRecord } from '../../../../functions/store/digests.ts';
import { loadGivenUp } from '../../../../functions/store/given-up.ts';
import { keys } from '../../../../functions/store/keys.ts';
import { loadPauses, pausesWrite, type WebhookScope } from '../../../../functions/store/pauses.ts';
import { takingNo } from '../../store/refusing-table.ts';
import {
  ACCEPTED,
  ANA,
  ANA_ADDRESS,
  ASKED,
  answerStage,
  DATE,
  ENDED_ALERT,
  type Given,
  MAIL,
  SENT,
  SOON,
  START,
  TASK,
} from './answer-stage.ts';

const PRINTED = { at: START, disableAt: DATE, grace: 1, after: 7 * DAY };

async function applied(setup: Given, digest: Partial<DigestRecord> = SENT, webhooks: WebhookScope[] = []) {
  const stage = await answerStage({ ...setup, digest });
  await stage.table.transact([pausesWrite({ ...(await loadPauses(stage.table)), webhooks })], 'given');
  stage.pass(2 * SECOND);
  await applyItems(stage.system, await stage.view(), await stage.digest());
  return stage;
}

describe('the dates of a mail of which nobody knows whether it went', () => {
  async function bound(setup: Given) {
    const stage = await answerStage(setup);
    const before = await stage.record();
    await bindDates(stage.system, await stage.view(), await stage.digest());
    return { ...stage, before };
  }

  it('bind as if it had (promise 2), and warn nobody', async () => {
    const { open, part } = await bound({});
    expect(await open()).toMatchObject({ dates: [PRINTED], mails: [] });
    expect(await part()).toEqual(ASKED);
  });

  it('bind in each task that it names', async () => {
    const { open } = await bound({ items: [{ task: 'acmeCo/gone' }, { disableAt: null }, {}] });
    expect((await open()).dates).toEqual([PRINTED]);
  });

  it.each<[string, Given]>([
    ['it named none', { items: [{ disableAt: null }] }],
    ['it is the task’s own deadline', { items: [{ notice: 'stopping' }] }],
    ['the episode is over', { open: null }],
    ['another episode is open', { open: { number: 2 } }],
    ['it bound before', { open: { dates: [PRINTED] } }],
  ])('bind nothing where %s', async (_what, setup) => {
    const { record, before } = await bound(setup);
    expect(await record()).toEqual(before);
  });

  it('bind in the others where the row of one task takes nothing: that one is left alone', async () => {
    const stage = await answerStage({ items: [{ task: 'acmeCo/full' }, {}] });
    const { record: copy, table, system } = stage;
    const full = { ...(await copy()), rev: 0 };
    const row = await table.get(keys.task(TASK));
    await table.transact(
      [{ put: { ...row, ...keys.task('acmeCo/full'), task: { ...full.task, id: 'acmeCo/full' } } }],
      'full',
    );
    system.table = takingNo(system.table, ({ pk, sk }) => sk === 'T' && pk.endsWith('full'));
    await bindDates(system, await stage.view(), await stage.digest());
    expect((await stage.open()).dates).toEqual([PRINTED]);
    expect([...(await loadGivenUp(table)).values()]).toMatchObject([{ item: 'acmeCo/full#1', version: 5 }]);
    expect(await stage.rows({ pk: 'OOPS#' })).toMatchObject([{ item: `${ANA} acmeCo/full` }]);
  });
});

describe('a mail about a task whose row takes nothing', () => {
  it('leaves that task alone, and its notice waits no more', async () => {
    const stage = await answerStage({ digest: SENT });
    stage.system.table = takingNo(stage.system.table, ({ sk }) => sk === 'T');
    await applyItems(stage.system, await stage.view(), await stage.digest());
    expect(await stage.part()).toEqual(ASKED);
    expect(await stage.notice()).toMatchObject({ pending: null });
    expect(await stage.rows({ pk: 'OOPS#' })).toMatchObject([{ item: `${ANA} ${TASK}` }]);
    expect([...(await loadGivenUp(stage.table)).values()]).toMatchObject([{ item: `${TASK}#1` }]);
  });
});

describe('a mail that told of a task’s own deadline', () => {
  const END = START + 2 * DAY;
  const asked = { address: ANA_ADDRESS, pending: { deadline: END, moves: 1 } };
  const deadlineSetup = (more: Given = {}): Given => ({
    open: null,
    task: { deadline: END },
    record: { stopping: { moves: 1, seen: END, told: { [ANA]: asked } } },
    items: [{ notice: 'stopping', disableAt: END, grace: 1, binds: true } as Partial<DigestItem>],
    waits: { notice: 'stopping', by: END },
    ...more,
  });
  const announcement = {
    address: ANA_ADDRESS,
    last: { deadline: END, moves: 1 },
    acceptedAt: SOON,
    digest: MAIL,
  };

  it.each<[string, Given['open']]>([
    ['no episode is open', null],
    ['one is open', {}],
  ])('is known on the task, where %s; no date of ours binds', async (_what, open) => {
    const stage = await applied(deadlineSetup({ open: open ?? null }));
    const record = await stage.record();
    expect(record.stopping?.told[ANA]).toEqual({ ...announcement, binds: true });
    expect(record.open?.dates ?? []).toEqual([]);
    expect(record.open?.told[ANA]).toEqual(open ? ASKED : undefined);
  });

  it('leaves the notice, which waits no more, as long as the task is', async () => {
    expect(await (await applied(deadlineSetup())).notice()).toMatchObject({ pending: null });
  });

  it('is held by nobody: there is nothing to take back', async () => {
    const stage = await answerStage({ ...deadlineSetup(), digest: SENT });
    await stage.table.transact([{ put: { ...ENDED_ALERT } }], 'alert');
    await applyItems(stage.system, await stage.view(), await stage.digest());
    expect(await stage.rows({ sk: 'H#' })).toEqual([]);
  });

  it('is due anew where SES refused it', async () => {
    const stage = await applied(deadlineSetup(), { state: 'rejected' });
    expect((await stage.record()).stopping).toMatchObject({
      told: { [ANA]: { address: ANA_ADDRESS } },
      lookAt: SOON,
    });
    expect((await stage.record()).stopping?.told[ANA]).not.toHaveProperty('pending');
  });

  it('is written once, however often SES says so', async () => {
    const stopping = { moves: 1, seen: END, told: { [ANA]: announcement } };
    const stage = await applied(deadlineSetup({ record: { stopping } }), { ...SENT, state: 'delivered' });
    expect((await stage.record()).rev).toBe(1);
  });

  it('changes nothing of a task that is gone', async () => {
    const stage = await applied(
      deadlineSetup({ items: [{ notice: 'stopping', task: 'acmeCo/gone', disableAt: END }] }),
    );
    expect((await stage.record()).stopping?.told[ANA]).toEqual(asked);
  });
});

describe('what webhooks and reports hear of a mail', () => {
  const HOOK: WebhookScope = { id: 'h', prefix: '', types: [] };
  const news = async (setup: Given, digest: Partial<DigestRecord> = SENT, hooks = [HOOK]) => {
    const { rows } = await applied(setup, digest, hooks);
    const all = await rows({});
    return all.flatMap(({ events }) => (Array.isArray(events) ? events : []));
  };
  const facts = async (setup: Given, digest: Partial<DigestRecord> = SENT) => {
    const { rows } = await applied(setup, digest);
    return (await rows({})).filter(({ kind }) => kind === 'warned');
  };

  it('is the first warning of a grace, with its date', async () => {
    expect(await news({})).toMatchObject([
      { type: 'task.warned', data: { task: TASK, episode: 1, disableAt: '2026-03-08T12:00:00Z' } },
    ]);
    expect(await facts({})).toMatchObject([
      { at: SOON, task: TASK, episode: 1, cell: { plane: 'eu-1', mode: 'disable' } },
    ]);
  });

  it('is that a deadline was announced', async () => {
    const END = START + 2 * DAY;
    const asked = { address: ANA_ADDRESS, pending: { deadline: END, moves: 0 } };
    const setup: Given = {
      open: null,
      task: { deadline: END },
      record: { stopping: { moves: 0, seen: END, told: { [ANA]: asked } } },
      items: [{ notice: 'stopping', disableAt: END, grace: 0 }],
    };
    expect(await news(setup)).toMatchObject([
      { type: 'task.stopping', data: { task: TASK, deadline: '2026-03-03T12:00:00Z' } },
    ]);
  });

  it.each<[string, Given, Partial<DigestRecord>]>([
    ['of a mail that came to nothing', {}, { state: 'rejected' }],
    [
      'of a second mail of the same grace',
      { told: ACCEPTED, open: { warned: true } },
      { ...SENT, state: 'bounced' },
    ],
    ['of what is known', { told: ACCEPTED, open: { warned: true, mails: [MAIL], dates: [PRINTED] } }, SENT],
  ])('is nothing %s', async (_what, setup, digest) => {
    expect(await news(setup, digest)).toEqual([]);
    expect(await facts(setup, digest)).toEqual([]);
  });

  it('counts the first warning of an episode once, though another is warned later', async () => {
    const setup: Given = {
      open: { warned: true, told: { [ANA]: ASKED, other: { ...ACCEPTED, address: 'o@acme.test' } } },
    };
    expect(await facts(setup)).toEqual([]);
  });

  it('is nothing for who has no webhook', async () => {
    expect(await news({}, SENT, [])).toEqual([]);
  });

  it('counts under what was so when the episode fired', async () => {
    const [fact] = await facts({ open: { cell: 'notify failed-credentials' } });
    expect(fact).toMatchObject({ cell: { plane: 'eu-1', mode: 'notify', cause: 'failed-credentials' } });
    expect(fact?.at).toBeLessThan(START + HOUR);
  });
});
