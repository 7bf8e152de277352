import { eachRowOf, inBuckets } from '../../store/buckets.ts';
import { index, keys } from '../../store/keys.ts';
import { allRows } from '../../store/rows.ts';
import type { Query, Row } from '../../store/table/table.port.ts';
import { writeUnlessRefused } from '../../store/write-unless-refused.ts';
import { DONE } from '../generator.ts';
import type { Run } from '../run.ts';
import type { Step } from '../step.ts';
import { type Part, sweep } from '../sweep.ts';
import { evaluateById } from './due-evaluations.ts';

/** Looks once at all that is open in a scope whose policy, people or data plane changed. */
export const scopesStep: Step = {
  name: 'scopes',
  async run(run, budget) {
    for (const request of [...run.asked, ...(await askedByRun(run))]) {
      const partitions = [openIn(run, request.sk)];
      const { cursor } = await sweep(run, { name: 'scopes', partitions, atOnce: 16, budget });
      // The request stays, and is found again by the next scan.
      if (cursor !== null) return { cursor: request.sk };
      await forget(run, request);
    }
    return DONE;
  },
};

/** What this run itself asked for before: data planes whose state it changed. */
async function askedByRun(run: Run): Promise<Row[]> {
  const before = new Set(run.asked.map((row) => row.sk));
  const rows = await allRows(run.system.table, { pk: keys.look('').pk, consistent: true });
  return rows.filter((row) => row.sk.startsWith('D#') && !before.has(row.sk));
}

/** Refused where it was asked for again meanwhile: then the next scan looks once more. */
async function forget(run: Run, { pk, sk, at }: Row): Promise<void> {
  const asked = { equals: ['at', at as number] as [string, number] };
  const done = { delete: { pk, sk }, if: [asked] };
  await writeUnlessRefused(run.system, [done], 'the end of a request to look at a scope');
}

interface Found {
  id: string;
  /** It has no open episode, and nothing that ends: the index of a data plane has such, too. */
  isCandidate: boolean;
}

function openIn(run: Run, scope: string): Part<Found> {
  return {
    items: tasksIn(run, scope),
    isWanted: ({ isCandidate }) => !isCandidate,
    work: ({ id }) => evaluateById(run, id),
  };
}

async function* tasksIn(run: Run, scope: string): AsyncGenerator<Found> {
  for await (const { pk, p } of eachRowOf(run.system.table, queriesOf(scope)))
    yield { id: pk.slice(2), isCandidate: p !== undefined };
}

function queriesOf(scope: string): Omit<Query, 'cursor'>[] {
  if (scope.startsWith('D#')) return [{ index: 'g3', pk: index.lostOfPlane(scope.slice(2)) }];
  const prefix = scope.startsWith('P#') ? scope.slice(2) : '';
  const within = prefix === '' ? {} : { sk: { prefix } };
  return inBuckets((bucket) => ({ index: 'g2', pk: index.open(bucket), ...within }));
}
