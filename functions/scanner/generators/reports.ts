import { tenantOf } from '../../abandonment/task.ts';
import { daysAfter } from '../../facts/days.ts';
import { weekUntil } from '../../facts/report.ts';
import { listSubscriptions } from '../../operators/people.ts';
import { recipientKey } from '../../platform/addresses.ts';
import { changeRecipient } from '../../store/change-recipient.ts';
import { type FactDays, factDaysWrite, loadFactDays } from '../../store/facts.ts';
import { dayOf } from '../../store/milestones.ts';
import type { SubscriptionRecord } from '../../store/people.ts';
import { newRecipient } from '../../store/recipients.ts';
import { TableBusy } from '../../store/table-busy.ts';
import { reportMessageFor } from '../../work/messages.ts';
import { DONE, type Generator } from '../generator.ts';
import type { Run } from '../run.ts';
import { sweep } from '../sweep.ts';

/** A week that ended longer ago is mailed no more: it was missed, or a stage is new. */
const MAILED_WITHIN_DAYS = 6;

/** As many tenants stand in one mail: the report of all has the others. */
const MOST_TENANTS = 20;

/** Who asked for reports, and of which tenants. */
interface Subscribed {
  key: string;
  address: string;
  tenants: string[];
}

/**
 * Asks once a week for the mail of each who subscribed to reports, as soon as its Sunday is counted. Asked for twice it
 * goes once, for the mail of a week has its own name.
 */
export const reportsGenerator: Generator = {
  name: 'reports',
  band: 'normal',
  everySeconds: 3_600,
  // A day is over at an hour of its own: however long there was nothing, it is not to be missed by more.
  mostSeconds: 3_600,
  async run(run, budget) {
    const days = await loadFactDays(run.system.table);
    const week = weekToMail(days, run);
    if (week === undefined) return { ...DONE, worked: 0 };
    const items = await subscribedTo(run);
    const partitions = [{ items, work: (subscribed: Subscribed) => ask(run, week, subscribed) }];
    const { cursor } = await sweep(run, { name: 'reports', partitions, atOnce: 4, budget });
    if (cursor === null) await note(run, { ...days, week });
    return { cursor, worked: items.length };
  },
};

function weekToMail({ day, week }: FactDays, { now }: Run): string | undefined {
  if (day === null) return undefined;
  const { from, to } = weekUntil(day);
  const isNew = week === null || week < from;
  return isNew && to >= daysAfter(dayOf(now), -MAILED_WITHIN_DAYS) ? from : undefined;
}

async function subscribedTo({ system }: Run): Promise<(Subscribed & { id: string })[]> {
  const byKey = new Map<string, Subscribed & { id: string }>();
  for (const subscription of await listSubscriptions(system.table)) {
    if (!('email' in subscription) || !hasReport(subscription)) continue;
    const key = recipientKey(subscription.email);
    const before = byKey.get(key) ?? { id: key, key, address: subscription.email, tenants: [] };
    const tenants = [...new Set([...before.tenants, tenantOf(subscription.prefix)])].slice(0, MOST_TENANTS);
    byKey.set(key, { ...before, tenants });
  }
  return [...byKey.values()];
}

/** Whether it is to reports, and of a tenant or all: one of less is of no use, for there are no figures of less. */
function hasReport({ prefix, alertTypes }: SubscriptionRecord): boolean {
  return alertTypes.includes('weekly_report') && (prefix === '' || prefix === `${tenantOf(prefix)}/`);
}

/** The message names them by their key: their row has the address. */
async function ask({ system }: Run, week: string, { key, address, tenants }: Subscribed): Promise<void> {
  const now = system.clock.now();
  await changeRecipient(system, key, (stored) => ({
    // Who is queued for their first mail is known by their key alone.
    recipient: stored?.address === null ? { ...stored, address } : (stored ?? newRecipient(key, address)),
    value: undefined,
  }));
  const message = reportMessageFor({ now, id: system.random.id(now) }, { key, week, tenants });
  await system.queues.send('notify', [message]);
}

async function note({ system, id }: Run, days: FactDays): Promise<void> {
  const { outcome } = await system.table.transact([factDaysWrite(days)], `reports#${id}`);
  if (outcome !== 'applied')
    throw new TableBusy(`the week could not be noted (${outcome}); it is asked for again`);
}
