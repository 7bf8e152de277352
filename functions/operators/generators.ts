import type { System } from '../platform/system.ts';
import { auditWrite } from '../store/audit.ts';
import type { Writing } from '../store/commit.ts';
import { commit } from '../store/commit.ts';
import { type GeneratorRecord, generatorWrite, loadGenerator, WOKEN } from '../store/generators.ts';
import { type GivenUp, loadGivenUp } from '../store/given-up.ts';
import { takeUp } from '../work/given-up.ts';

/** Stops a generator: it is asked no more until it is resumed; a turn that is under way ends. Answers since when. */
export async function pauseGenerator(
  system: System,
  name: string,
  by: string,
  reason = '',
): Promise<{ since: number }> {
  const at = system.clock.now();
  const stored = await change(system, { name, act: 'pause', by, reason }, (record) => ({
    ...record,
    paused: record.paused ?? { by, at, reason },
  }));
  return { since: stored.paused?.at ?? at };
}

/** Lets it go on, from where it was, with the next tick. Answers whether it was paused. */
export async function resumeGenerator(
  system: System,
  name: string,
  by: string,
): Promise<{ wasPaused: boolean }> {
  let wasPaused = false;
  await change(system, { name, act: 'resume', by }, (record) => {
    wasPaused = record.paused !== null;
    return { ...record, paused: null, notBefore: WOKEN };
  });
  return { wasPaused };
}

/** Lets it be asked with the next tick, however long it found nothing or failed. Answers who paused it: then it is not. */
export async function runGenerator(
  system: System,
  name: string,
  by: string,
): Promise<Pick<GeneratorRecord, 'paused'>> {
  const woken = { notBefore: WOKEN, empty: 0 };
  return change(system, { name, act: 'run', by }, (record) => ({ ...record, ...woken }));
}

/** What a generator has given up, the oldest first. */
export async function givenUpBy(system: System, name: string): Promise<GivenUp[]> {
  const all = await loadGivenUp(system.table, name);
  return [...all.values()].sort((a, b) => a.at - b.at || (a.item < b.item ? -1 : 1));
}

/**
 * Lets a generator make again what it has given up: one item, or all. It is asked with the next tick.
 *
 * @returns the items that were given up
 */
export async function clearGivenUp(
  system: System,
  name: string,
  by: string,
  item?: string,
): Promise<{ cleared: string[] }> {
  const meant = (await givenUpBy(system, name)).filter(
    (givenUp) => item === undefined || givenUp.item === item,
  );
  if (meant.length === 0) return { cleared: [] };
  for (const givenUp of meant) await takeUp(system, givenUp);
  const cleared = meant.map((givenUp) => givenUp.item);
  const what = item === undefined ? { items: cleared.length } : { item };
  await change(system, { name, act: 'clear', by, evidence: what }, (record) => ({
    ...record,
    notBefore: record.failures > 0 ? record.notBefore : WOKEN,
  }));
  return { cleared };
}

/** What an operator did to a generator, for the audit. */
interface Act {
  name: string;
  act: string;
  by: string;
  reason?: string;
  evidence?: Record<string, unknown>;
}

function change(
  system: Writing,
  { name, act, by, reason = '', evidence = {} }: Act,
  make: (record: GeneratorRecord) => GeneratorRecord,
): Promise<GeneratorRecord> {
  const what = `${act} generator ${name}`;
  return commit(system, what, async () => {
    const after = make(await loadGenerator(system.table, name));
    const at = system.clock.now();
    const audit = auditWrite({ subject: 'operators', at, act: what, by, reason, evidence, mails: [] });
    return { writes: [generatorWrite(after), audit], value: after };
  });
}
