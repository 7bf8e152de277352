import { SECOND } from '../functions/abandonment/time.ts';
import { beginWork, type GivenWork, sizeProblem } from '../functions/operator-work/begin-work.ts';
import { workPage } from '../functions/operator-work/work-page.ts';
import { argument } from '../functions/platform/shell-word.ts';
import { loadOperatorWork, type OperatorWorkRecord } from '../functions/store/operator-work.ts';
import type { Session } from './command.ts';
import { UsageError } from './errors.ts';
import { ProgressLine } from './progress-line.ts';
import { safe } from './terminal.ts';
import { progressText, rateText, workLine } from './work-view.ts';

/** While others work it, or it waits, its row is read so often. */
const READ_EVERY = 2 * SECOND;

/** What `--wait` of a bulk command does. */
export const WAIT = 'work it here and show how far it is, in the place of leaving it to the next scan';

/** How to follow a bulk command, and what else to do with it. */
const followLine = (id: string, { name }: Session['stage']) =>
  `follow it with \`taskwarden work show ${argument(id)} --stage ${argument(name)}\`; \`work cancel\` stops it`;

export interface Giving extends Omit<GivenWork, 'by'> {
  /** Whether to work it here, and show how far it is. */
  wait: boolean;
  /** `12 tasks are to be enabled again`. */
  sentence: string;
  /** Beside the command, for other programs. */
  beside?: Record<string, unknown>;
}

/**
 * Stores a bulk command and says how to follow it; with `--wait` works it as well, until it is at its end.
 *
 * @throws UsageError where it is too large
 * @throws Error where it was waited for, and items of it failed
 */
export async function giveWork(session: Session, giving: Giving): Promise<void> {
  const { system, operator, out } = session;
  const { wait, sentence, beside = {}, ...command } = giving;
  const problem = sizeProblem(command.items);
  if (problem !== undefined) throw new UsageError(problem);
  const begun = await beginWork(system, { ...command, by: await operator() });
  const first = [
    `${sentence}: work ${begun.id}`,
    `${wait ? '' : 'the next scan goes on with it; '}${followLine(begun.id, session.stage)}`,
  ];
  if (!wait) return out.one({ ...workLine(begun), ...beside }, () => first);
  if (!out.json) out.one({}, () => first);
  const record = await waitFor(session, begun);
  out.one({ ...workLine(record), ...beside }, () => [`${record.state}: ${progressText(record)}`]);
  sayEnd(session, record);
}

/** What is to be said where it did not come to a good end. */
function sayEnd({ stderr, stage }: Session, { id, state, counts, items }: OperatorWorkRecord): void {
  if (state === 'open') stderr.write(`note: the work goes on with the next scan; ${followLine(id, stage)}\n`);
  if (counts.failed > 0)
    throw new Error(
      `${counts.failed} of ${items} failed: \`taskwarden work show ${argument(id)}\` says why, \`work retry\` tries them again`,
    );
}

/** Works it page by page, and waits while others do, until it is at its end. */
async function waitFor(session: Session, begun: OperatorWorkRecord): Promise<OperatorWorkRecord> {
  const { system, stderr, interrupts, stage } = session;
  const line = new ProgressLine(stderr);
  try {
    for (let record = begun; ; ) {
      const goesOn = `the work goes on with the next scan; ${followLine(begun.id, stage)}`;
      interrupts.whileDoing(progressText(record), goesOn);
      const page = await workPage(system, { only: begun.id, isSpent: () => false });
      record = page?.record ?? (await loadOperatorWork(system.table, begun.id)) ?? record;
      line.show(safe(`${progressText(record)}, ${rateText(record)}`));
      if (record.state !== 'open') return record;
      if (page) continue;
      if (!system.clock.pause) return record;
      await system.clock.pause(READ_EVERY);
    }
  } finally {
    line.clear();
  }
}
