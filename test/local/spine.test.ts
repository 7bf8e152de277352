import type { Email } from 'postal-mime';
import { beforeAll, describe, expect, it } from 'vitest';
import { DAY, formatInstant, MINUTE, SECOND } from '../../functions/abandonment/time.ts';
import { loadAlert } from '../../functions/store/alerts.ts';
import { keys } from '../../functions/store/keys.ts';
import { policyWrite } from '../../functions/store/policies.ts';
import { ROW_VERSION } from '../../functions/store/rows.ts';
import { loadTask } from '../../functions/store/tasks.ts';
import { type FleetNews, putOnBus } from '../../local/owning-system.ts';
import type { LocalStage } from '../../local/stage.ts';
import { instantsIn, tasksIn as namesIn } from '../../simulation/engine/read-mail.ts';
import { deployedStage, eventually, mailsTo, nextScan } from './deployed.ts';
import { storePastDeadline } from './past-deadline.ts';

/** SES's mailbox simulator: mail to it bounces for good. */
const BOUNCING = 'bounce@simulator.amazonses.com';
const FORGOTTEN = 'betaCo/old/forgotten-capture';
const PLANE = 'aws-eu-west-1';

let stage: LocalStage;
const began = Date.now();

function published(id: string, owners: string[], more: Record<string, unknown> = {}): FleetNews {
  const createdAt = formatInstant(began - 100 * DAY);
  const task = {
    id,
    kind: 'capture',
    owners,
    dataPlane: PLANE,
    enabled: true,
    createdAt,
    version: 1,
    ...more,
  };
  const firstSeenAt = formatInstant(began - 30 * DAY);
  const detail = { version: 1, task, publishedAt: createdAt, by: 'creation', firstSeenAt };
  return { detailType: 'Task Published', detail };
}

function observed(statuses: Record<string, string>): FleetNews {
  const tasks = Object.entries(statuses).map(([task, status]) => ({ task, shards: [{ id: '0', status }] }));
  const observedAt = formatInstant(Date.now());
  return { detailType: 'Shards Observed', detail: { version: 1, dataPlane: PLANE, observedAt, tasks } };
}

/** What operators do beforehand: the stage, and whom to tell where no owner can be reached. */
async function prepare(): Promise<void> {
  const admin = { prefix: 'zetaCo/', email: 'boss@zeta.test' };
  const writes = [
    policyWrite('', { mode: 'disable' }),
    { put: { ...keys.admin(admin.prefix, admin.email), v: ROW_VERSION, ...admin } },
  ];
  const result = await stage.system.table.transact(writes, 'prepared-by-the-test');
  expect(result).toEqual({ outcome: 'applied' });
}

/** The minutes at which a mail of this `Date` may have set its date: seven days later, rounded up. */
function datesAfter(mail: Email): string[] {
  const sent = Date.parse(mail.date ?? '');
  return [sent - SECOND, sent + SECOND].map((at) => {
    const due = new Date(Math.ceil((at + 7 * DAY) / MINUTE) * MINUTE);
    return due.toISOString();
  });
}

function datesIn(mail: Email): string[] {
  return [...instantsIn(mail.text ?? '')].map((instant) => new Date(instant).toISOString());
}

/** The tasks a mail names, in its order. */
function tasksIn(mail: Email): string[] {
  return [...namesIn(mail.text ?? '')];
}

beforeAll(async () => {
  stage = await deployedStage();
  await prepare();
  await storePastDeadline(stage, { id: FORGOTTEN, owner: 'bea@beta.test', now: began });
  await nextScan(stage);
  await putOnBus(stage, [
    published('acmeCo/prod/orders-capture', ['ana@acme.test']),
    published('acmeCo/prod/clicks-capture', ['Ana@acme.test', 'ada@acme.test']),
    published('acmeCo/prod/users-capture', ['ana@acme.test']),
    published('acmeCo/data/orders', ['ana@acme.test'], { kind: 'collection' }),
    published('zetaCo/prod/lonely-capture', [BOUNCING]),
    observed({
      'acmeCo/prod/orders-capture': 'FAILED',
      'acmeCo/prod/clicks-capture': 'PENDING',
      'acmeCo/prod/users-capture': 'PRIMARY',
      'zetaCo/prod/lonely-capture': 'FAILED',
    }),
  ]);
});

describe('with nothing but events on the bus and the schedule', () => {
  it('an owner of two abandoned tasks gets one mail that names both and their date', async () => {
    const mail = await eventually('the warning', async () => (await mailsTo('ana@acme.test'))[0]);
    const [date] = datesIn(mail);
    expect(mail.to).toEqual([{ name: '', address: 'ana@acme.test' }]);
    expect(mail.from?.address).toBe('taskwarden@platform.test');
    expect(mail.subject).toMatch(/^2 tasks will be turned off on \d+ \w+ \d{4} unless you act$/);
    expect(tasksIn(mail).sort()).toEqual(['acmeCo/prod/clicks-capture', 'acmeCo/prod/orders-capture']);
    expect(datesIn(mail)).toEqual([date]);
    expect(datesAfter(mail)).toContain(date);
  });

  it('the mail has a text and an HTML part that say the same, and the name of its digest', async () => {
    const [mail] = await mailsTo('ana@acme.test');
    expect(mail?.html).toContain('acmeCo/prod/clicks-capture');
    expect(mail?.html).toContain('acmeCo/prod/orders-capture');
    expect(mail?.html).not.toContain('acmeCo/prod/users-capture');
    const header = mail?.headers.find(({ key }) => key === 'x-taskwarden-digest');
    expect(header?.value).toMatch(/^[0-9A-Z]{26}$/);
  });

  it('a second owner of one of them gets a mail of his own about that one', async () => {
    const mail = await eventually('the warning', async () => (await mailsTo('ada@acme.test'))[0]);
    expect(tasksIn(mail)).toEqual(['acmeCo/prod/clicks-capture']);
    expect(mail.subject).toMatch(/^clicks-capture will be turned off on \d+ \w+ \d{4}/);
  });

  it('a task already past its deadline ends disabled in the control plane, and only then is its owner told', async () => {
    const record = await eventually('the disabling', async () => {
      const found = await loadTask(stage.system.table, FORGOTTEN);
      return found?.task.enabled === false ? found : undefined;
    });
    expect(record.disabledByUs).toMatchObject({ episode: 1 });
    expect(await loadAlert(stage.system.table, FORGOTTEN, 1)).toMatchObject({ reason: 'disabled' });
    const mail = await eventually('the mail', async () => (await mailsTo('bea@beta.test'))[0]);
    expect(mail.subject).toBe(`${FORGOTTEN.split('/').at(-1)} was turned off`);
    expect(Date.parse(mail.date ?? '')).toBeGreaterThanOrEqual(
      Math.floor((record.disabledByUs?.at ?? 0) / SECOND) * SECOND,
    );
  });

  it('a mailbox that bounces is dead, and the admins of its prefix are warned with a date of their own', async () => {
    await eventually('the warning', async () => (await mailsTo(BOUNCING))[0]);
    const mail = await eventually(
      'the warning of the admins',
      async () => (await mailsTo('boss@zeta.test'))[0],
      240_000,
    );
    expect(tasksIn(mail)).toEqual(['zetaCo/prod/lonely-capture']);
    expect(datesAfter(mail)).toContain(datesIn(mail)[0]);
    expect(await mailsTo(BOUNCING)).toHaveLength(1);
  });

  it('the next scans tell nobody twice', async () => {
    await nextScan(stage);
    for (const address of ['ada@acme.test', 'ana@acme.test', 'bea@beta.test', 'boss@zeta.test', BOUNCING]) {
      expect(await mailsTo(address), address).toHaveLength(1);
    }
  });
});
