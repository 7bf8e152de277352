import type { Instant } from '../abandonment/time.ts';
import { recordable } from '../platform/recorded-text.ts';
import { argument } from '../platform/shell-word.ts';
import type { System } from '../platform/system.ts';
import { allRows, operatorAlertWrite } from '../store/records.ts';
import { keys, type OperatorAlertRecord, ROW_VERSION } from '../store/rows.ts';
import type { Table } from '../store/table.port.ts';
import { TableBusy } from '../store/table-busy.ts';
import { writeUnlessRefused } from '../store/write-unless-refused.ts';

/** Work that can never be done for its own sake, until what it rests on changes or an operator clears it. */
export interface GivenUp {
  queue: 'notify' | 'disable';
  /** The work item's name: ids and hashes, never addresses. */
  item: string;
  at: Instant;
  reason: string;
  /** Of the failure that shows it. */
  fingerprint: string;
  /** Of a task: the version for which it holds. */
  version?: number;
}

/** What a piece of work is known by. */
export type Work = Pick<GivenUp, 'queue' | 'item'>;

/** Finds it among all that is given up. */
export type ByName = ReadonlyMap<string, GivenUp>;

/** What operators are told it by. */
function alertOf({ queue, item }: Work): { code: string; subject: string } {
  if (queue !== 'disable') return { code: `${queue}-failing`, subject: item };
  return { code: 'disable-failing', subject: item.slice(0, item.lastIndexOf('#')) };
}

const WHAT_ENDS: Record<GivenUp['queue'], string> = {
  notify: 'what waits for this recipient can never be mailed',
  disable: 'it can never be disabled',
};

/** The name under which it is noted. */
export function nameOfWork({ queue, item }: Work): string {
  return `${queue}#${item}`;
}

/** The name of a task's disabling among the work items. */
export function disablingOf(task: string, episode: number): Work {
  return { queue: 'disable', item: `${task}#${episode}` };
}

/**
 * Notes that no scan is to make a piece of work again, in a row of its own: the row that it is about may be what the
 * table refuses. Operators are told, once and each week while it lasts. Throws where the table would not take it.
 */
export async function giveUp(
  system: System,
  given: Omit<GivenUp, 'at' | 'reason'>,
  error: unknown,
): Promise<void> {
  const at = system.clock.now();
  const reason = recordable(String(error));
  const marker = { put: { ...keys.givenUp(given.queue, given.item), v: ROW_VERSION, ...given, at, reason } };
  const detail = `${WHAT_ENDS[given.queue]}: ${reason}; \`taskwarden oops resolve ${argument(given.fingerprint)}\` lets it be tried again`;
  const { code, subject } = alertOf(given);
  const known = (await system.table.get(keys.operatorAlert(code, subject))) as unknown as
    | OperatorAlertRecord
    | undefined;
  const alert = known ?? { code, subject, since: at, toldAt: null, active: true, rev: 0 };
  const writes = [marker, operatorAlertWrite({ ...alert, detail })];
  if (await writeUnlessRefused(system, writes, `the end of ${given.item}`)) return;
  throw new TableBusy(`what operators are told of ${given.item} changes too fast`);
}

/** All that is given up, by its name. */
export async function loadGivenUp(table: Table): Promise<ByName> {
  const rows = await allRows(table, { pk: keys.givenUp('', '').pk, consistent: true });
  return new Map(rows.map((row) => [row.sk, row as unknown as GivenUp]));
}

/** What is given up of one piece of work; undefined where it is not. */
export async function loadGivenUpOf(table: Table, { queue, item }: Work): Promise<GivenUp | undefined> {
  return (await table.get(keys.givenUp(queue, item))) as unknown as GivenUp | undefined;
}

/** Takes back that a piece of work is given up, and what operators are told of it. */
export async function takeUp(system: System, given: Work): Promise<void> {
  const { code, subject } = alertOf(given);
  const writes = [
    { delete: keys.givenUp(given.queue, given.item) },
    { delete: keys.operatorAlert(code, subject) },
  ];
  await writeUnlessRefused(system, writes, `that ${given.item} may be done again`);
}

/** Takes up again all that one kind of failure had us give up; gives the tasks, and the keys of the recipients. */
export async function takeUpAll(system: System, fingerprint: string): Promise<string[]> {
  const all = [...(await loadGivenUp(system.table)).values()];
  const meant = all.filter((one) => one.fingerprint === fingerprint);
  for (const one of meant) await takeUp(system, one);
  return meant.map((one) => alertOf(one).subject);
}
