import type { System } from '../../functions/platform/system.ts';
import { index } from '../../functions/store/keys.ts';
import type { SourceRecord } from '../../functions/store/sources.ts';
import { sourceWrite } from '../../functions/store/sources.ts';
import type { MemoryTable } from '../../functions/store/table/memory-table.ts';
import type { Row, Write } from '../../functions/store/table/table.port.ts';
import { deployedService } from '../../simulation/engine/deployed-service.ts';
import type { Service } from '../../simulation/engine/service.port.ts';
import { simulate } from '../../simulation/engine/simulate.ts';
import { parseScenario } from '../../simulation/scenario/scenario.ts';
import { T } from '../simulation/story.ts';

const START = Date.parse(T);
const QUEUES = ['ingest', 'notify', 'disable', 'mail-events'] as const;

/** What a source puts on the bus, in minutes since `T`. */
export interface SourceEvent {
  minute: number;
  type: string;
  detail: Record<string, unknown>;
}

/** By JSON's count, which is above DynamoDB's for rows of ours. */
const bytesOf = (row: Row): number => Buffer.byteLength(JSON.stringify(row));

/**
 * The deployed service in a world of its own, into which a source says what it likes: its events go through the ingest
 * queue and worker as those of the others do, beside scans, mails and the breakers of all queues.
 */
export async function hostileWorld(
  scenario: Record<string, unknown>,
  source: SourceRecord,
  events: readonly SourceEvent[],
) {
  const seen = { largest: { bytes: 0, row: '' }, off: new Set<string>(), feeding: [] as Row[], taken: 0 };
  const measure = (row: Row) => {
    const bytes = bytesOf(row);
    if (bytes > seen.largest.bytes) seen.largest = { bytes, row: `${row.pk} ${row.sk}`.slice(0, 80) };
  };
  const waiting = [...events].sort((a, b) => a.minute - b.minute);
  let table: MemoryTable | undefined;
  const service: Service = {
    ...deployedService,
    async hear(system, plane, book) {
      table = system.table as MemoryTable;
      await deployedService.hear(system, plane, book);
    },
    async scan(system, scheduledAt) {
      if (scheduledAt === START) await system.table.transact([sourceWrite(source)], 'hostile-source');
      await say(system, waiting, source.name);
      await deployedService.scan(system, scheduledAt);
    },
    async work(system, delivery) {
      const answer = await deployedService.work(system, delivery);
      const isTheirs = delivery.queue === 'ingest' && delivery.body.includes(`"source":"${source.name}"`);
      if (isTheirs && answer.outcome === 'done') seen.taken += 1;
      return answer;
    },
    async watch(system, control, now) {
      await deployedService.watch(system, control, now);
      for (const queue of QUEUES) if (await control.isPaused(queue)) seen.off.add(queue);
    },
  };
  const parsed = parseScenario({
    version: 1,
    start: T,
    scanEvery: '1h',
    operators: ['ops@platform.test'],
    ...scenario,
  });
  if (!parsed.ok) throw new Error(parsed.problem);
  const simulated = await simulate(parsed.scenario, service, {
    processOf: (_name, system) => ({ ...system, table: measured(system.table, measure) }),
  });
  if (!simulated.ok) throw new Error(simulated.problem);
  if (!table) throw new Error('nothing ran');
  for (const queue of QUEUES)
    seen.feeding.push(...(await table.query({ index: 'g2', pk: index.failures(queue) })).rows);
  return { lines: simulated.lines, summary: simulated.summary, table, seen };
}

/** Puts on the bus what is said until the next scan. */
async function say({ queues, clock }: System, waiting: SourceEvent[], source: string): Promise<void> {
  const now = (clock.now() - START) / 60_000;
  while (waiting[0] && waiting[0].minute < now + 60) {
    const { minute, type, detail } = waiting.shift() as SourceEvent;
    const event = { id: `said-${waiting.length}`, source, account: '1', 'detail-type': type };
    const body = JSON.stringify({ ...event, detail: { version: 1, ...detail } });
    await queues.send('ingest', [{ body, delaySeconds: Math.max(0, Math.round((minute - now) * 60)) }]);
  }
}

/** A table of which each row that is put is measured. */
function measured(table: System['table'], measure: (row: Row) => void): System['table'] {
  return new Proxy(table, {
    get(target, name) {
      const method = Reflect.get(target, name);
      if (typeof method !== 'function') return method;
      return (...args: unknown[]) => {
        if (name === 'transact')
          for (const write of args[0] as Write[]) if ('put' in write) measure(write.put);
        return (method as (...args: unknown[]) => unknown).apply(target, args);
      };
    },
  });
}
