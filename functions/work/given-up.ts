import type { OperatorAlertCode } from '../platform/alert-codes.ts';
import { recordable } from '../platform/recorded-text.ts';
import { argument } from '../platform/shell-word.ts';
import type { System } from '../platform/system.ts';
import { loadGenerators, wake } from '../store/generators.ts';
import { givenUpKey, loadGivenUp, type Work } from '../store/given-up.ts';
import { keys } from '../store/keys.ts';
import { loadOperatorAlert, operatorAlertWrite } from '../store/operator-alerts.ts';
import { ROW_VERSION } from '../store/rows.ts';
import type { Write } from '../store/table/table.port.ts';
import { TableBusy } from '../store/table-busy.ts';
import { writeUnlessRefused } from '../store/write-unless-refused.ts';

/** How operators hear of it. */
function alertOf(work: Work): { code: OperatorAlertCode; subject: string } {
  // A generator may give up thousands: operators hear of it once for all of them.
  if ('generator' in work) return { code: 'work-given-up', subject: work.generator };
  const { queue, item } = work;
  if (queue !== 'disable') return { code: `${queue}-failing`, subject: item };
  const { task, isEnabling } = disablerWork(item);
  return { code: isEnabling ? 'enable-refused' : 'disable-failing', subject: task };
}

/** What operators hear of it. */
const WHAT_ENDS: Partial<Record<OperatorAlertCode, string>> = {
  'notify-failing': 'what waits for this recipient can never be mailed',
  'disable-failing': 'it can never be disabled',
  'enable-refused': 'it can never be enabled',
  'work-given-up': 'some of its work can never be done',
};

/** The name under which it is noted, and found again. */
export function nameOfWork(work: Work): string {
  return givenUpKey(work).sk;
}

/** How it is taken up again. */
function cureOf(work: GivenUpNow): string {
  if (!('generator' in work)) return `taskwarden oops resolve ${argument(work.fingerprint)}`;
  return `taskwarden generators clear ${argument(work.generator)} ${argument(work.item)}`;
}

/** The name of a task's disabling among the work items. */
export function disablingOf(task: string, episode: number): Work {
  return { queue: 'disable', item: `${task}#${episode}` };
}

/** What ends the name of an enabling: a disabling's ends with a number. */
const ENABLING = '#enable';

/** The name among the work items of taking back a disabling. */
export function enablingOf(task: string, episode: number): Work {
  return { queue: 'disable', item: `${task}#${episode}${ENABLING}` };
}

/** What the name of a work item of the disabler says. */
export function disablerWork(item: string): { task: string; episode: number; isEnabling: boolean } {
  const isEnabling = item.endsWith(ENABLING);
  const name = isEnabling ? item.slice(0, -ENABLING.length) : item;
  const end = name.lastIndexOf('#');
  return { task: name.slice(0, end), episode: Number(name.slice(end + 1)), isEnabling };
}

/** What is known of work as it is given up. */
export type GivenUpNow = Work & { fingerprint: string; version?: number };

/**
 * Notes that no scan is to make a piece of work again, in a row of its own: the row that it is about may be what the
 * table refuses. Operators are notified, once and each week while it lasts. Throws where the table would not take it.
 */
export async function giveUp(system: System, work: GivenUpNow, error: unknown): Promise<void> {
  const at = system.clock.now();
  const reason = recordable(String(error));
  const marker = { put: { ...givenUpKey(work), v: ROW_VERSION, ...work, at, reason } };
  const { code, subject } = alertOf(work);
  const detail = `${WHAT_ENDS[code]}: ${reason}; \`${cureOf(work)}\` lets it be tried again`;
  const stored = await loadOperatorAlert(system.table, code, subject);
  const alert = stored ?? { code, subject, since: at, toldAt: null, active: true, rev: 0 };
  const writes = [marker, operatorAlertWrite({ ...alert, detail })];
  if (await writeUnlessRefused(system, writes, `the end of ${work.item}`)) return;
  throw new TableBusy(`what operators are told of ${work.item} changes too fast`);
}

/** Takes back that a piece of work is given up, and what operators hear of it. */
export async function takeUp(system: System, work: Work): Promise<void> {
  const { code, subject } = alertOf(work);
  const writes: Write[] = [{ delete: givenUpKey(work) }];
  if (!(await isOneOfMany(system, work))) writes.push({ delete: keys.operatorAlert(code, subject) });
  await writeUnlessRefused(system, writes, `that ${work.item} may be done again`);
}

/** Whether its generator has given up more than this. */
async function isOneOfMany({ table }: System, work: Work): Promise<boolean> {
  if (!('generator' in work)) return false;
  const { pk } = givenUpKey(work);
  const { rows } = await table.query({ pk, limit: 2, consistent: true });
  return rows.some(({ sk }) => sk !== work.item);
}

/**
 * Takes up again all that one kind of failure had us give up; gives the tasks, the keys of the recipients, and the
 * items of generators.
 */
export async function takeUpAll(system: System, fingerprint: string): Promise<string[]> {
  const generators = [...(await loadGenerators(system.table)).keys()];
  const again: string[] = [];
  for (const generator of [undefined, ...generators]) {
    const all = [...(await loadGivenUp(system.table, generator)).values()];
    const meant = all.filter((work) => work.fingerprint === fingerprint);
    for (const work of meant) await takeUp(system, work);
    again.push(...meant.map((work) => ('generator' in work ? work.item : alertOf(work).subject)));
    if (generator !== undefined && meant.length > 0) await wake(system, generator);
  }
  return again;
}
