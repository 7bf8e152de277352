import type { OpenTask } from '../episodes/open-task.ts';
import type { EnablingTask } from '../episodes/undo.ts';
import type { System } from '../platform/system.ts';
import { type GivenUp, loadGivenUp, loadGivenUpOf, type Work } from '../store/given-up.ts';
import { loadRecipientWithNotices } from '../store/recipients.ts';
import { loadTask } from '../store/tasks.ts';
import { classOf } from '../work/failure-class.ts';
import { disablerWork, disablingOf, enablingOf, giveUp, nameOfWork, takeUp } from '../work/given-up.ts';
import { recordOops } from '../work/oops.ts';
import { count } from './evaluate-task.ts';
import type { Run } from './run.ts';

/**
 * What is given up of a piece of work; undefined where it may be made. Read once in a run, and in a turn of a
 * generator, and only where asked for.
 */
async function givenUpOf(run: Run, work: Work): Promise<GivenUp | undefined> {
  run.givenUp ??= loadGivenUp(run.system.table, 'generator' in work ? work.generator : undefined);
  return (await run.givenUp).get(nameOfWork(work));
}

/** Whether an item of a generator is given up, so that no turn works it until an operator clears it. */
export async function isItemGivenUp(run: Run, generator: string, item: string): Promise<boolean> {
  return (await givenUpOf(run, { generator, item })) !== undefined;
}

/** Whether the disabling of a task is given up, and the task was not edited since. */
export async function isDisablingGivenUp(run: Run, { task, open }: OpenTask): Promise<boolean> {
  const givenUp = await givenUpOf(run, disablingOf(task.id, open.number));
  return givenUp !== undefined && givenUp.version === task.version;
}

/** Whether the enabling of a task is given up, and the task was not edited since. */
export async function isEnablingGivenUp(run: Run, { task, disabledByUs }: EnablingTask): Promise<boolean> {
  const givenUp = await givenUpOf(run, enablingOf(task.id, disabledByUs.episode));
  return givenUp !== undefined && givenUp.version === task.version;
}

/** Whether what waits for a recipient is given up: no notice came since. */
export async function isNotifyingGivenUp(run: Run, recipient: string, newestAt: number): Promise<boolean> {
  const givenUp = await givenUpOf(run, { queue: 'notify', item: recipient });
  return givenUp !== undefined && newestAt <= givenUp.at;
}

/** Gives up the disabling of a task that cannot be queued for the task's own sake; throws what is another's fault. */
export async function giveUpDisabling(run: Run, { task, open }: OpenTask, error: unknown): Promise<void> {
  if (classOf(error, 1) !== 'permanent') throw error;
  count(run, 'failed');
  const failure = { worker: 'scanner/disabling', item: task.id, attempt: 1, cause: 'fault', error } as const;
  const fingerprint = await recordOops(run.system, failure);
  const { version } = task;
  await giveUp(run.system, { ...disablingOf(task.id, open.number), fingerprint, version }, error);
}

/** Whether work is still given up: what is over or was done since is forgotten. */
export async function isStillGivenUp(system: System, work: Work): Promise<boolean> {
  const givenUp = await loadGivenUpOf(system.table, work);
  if (!givenUp) return false;
  const isWanted = await isStillWanted(system, givenUp);
  if (!isWanted) await takeUp(system, givenUp);
  return isWanted;
}

/** The same, and nothing is forgotten. */
export async function isNotedAsGivenUp(system: System, work: Work): Promise<boolean> {
  const givenUp = await loadGivenUpOf(system.table, work);
  return givenUp !== undefined && isStillWanted(system, givenUp);
}

/** What a generator makes is wanted until an operator clears it. */
async function isStillWanted(system: System, givenUp: GivenUp): Promise<boolean> {
  if ('generator' in givenUp) return true;
  return givenUp.queue === 'notify' ? hasUnsentNotices(system, givenUp) : isOpen(system, givenUp);
}

async function hasUnsentNotices({ table }: System, { item, at }: GivenUp): Promise<boolean> {
  const { recipient, notices } = await loadRecipientWithNotices(table, item);
  return (recipient?.lastMailAt ?? 0) <= at && notices.some(({ pending }) => pending !== null);
}

async function isOpen({ table }: System, { item, version }: GivenUp): Promise<boolean> {
  const { task, episode, isEnabling } = disablerWork(item);
  const record = await loadTask(table, task);
  const number = isEnabling ? record?.disabledByUs?.episode : record?.open?.number;
  return number === episode && record?.task.version === version;
}
