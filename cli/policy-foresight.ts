import { type Duration, HOUR } from '../functions/abandonment/time.ts';
import { isProduction } from '../functions/operators/policies.ts';
import { amount } from '../functions/platform/amounts.ts';
import { loadPolicyDocuments } from '../functions/store/policies.ts';
import { deployedService } from '../simulation/engine/deployed-service.ts';
import { COUNTED, type Counted } from '../simulation/preview/counts.ts';
import { type PreviewLine, previewDocuments } from '../simulation/preview/preview.ts';
import { snapshotOf } from '../simulation/preview/stage-snapshot.ts';
import type { Session } from './command.ts';
import { confirm } from './confirm.ts';
import { faultLine } from './errors.ts';
import { previewTable } from './preview-text.ts';
import { ProgressLine } from './progress-line.ts';

/** How a change of policies is to be made. */
export interface ChangeOptions {
  reason?: string;
  dryRun?: boolean;
  yes?: boolean;
}

/** What scopes are to say: `` for the global one; an empty document says nothing any more. */
export type Documents = ReadonlyMap<string, Record<string, unknown>>;

/** Figures are by day, whatever the hour: a run that is evaluated so seldom is done in a sixth of the time of `preview`. */
const SELDOM: Duration = 6 * HOUR;

/**
 * What a change of policies would do to the fleet in the next 60 days, beside what happens under today's: the engine of `preview`.
 */
type Foreseen =
  | { ok: true; lines: PreviewLine[] }
  /** A policy that is stored and not valid, which the change may be there to mend. */
  | { ok: false; problem: string };

async function foresee(
  { system }: Pick<Session, 'system'>,
  documents: Documents,
  onRows: (rows: number) => void = () => {},
): Promise<Foreseen> {
  try {
    const snapshot = await snapshotOf(system.table, onRows);
    const judged = { now: system.clock.now(), isProduction: isProduction(system.config.stage) };
    return await previewDocuments(snapshot, judged, documents, deployedService, SELDOM);
  } catch (error) {
    // What keeps scans from going on keeps this too, and a change may be there to mend it.
    return { ok: false, problem: faultLine(error) };
  }
}

/** The same, saying how far it is. */
async function foreseeAloud(session: Session, documents: Documents): Promise<Foreseen> {
  const line = new ProgressLine(session.stderr);
  return foresee(session, documents, (rows) => line.show(`${amount(rows, 'row')} read`)).finally(() =>
    line.clear(),
  );
}

/** Says what a change of policies would do, and changes nothing. Answers it for other programs. */
export async function showForesight(
  session: Session,
  documents: Documents,
  beside: Record<string, unknown>,
  lines: readonly string[] = [],
): Promise<void> {
  const foreseen = await foreseeAloud(session, documents);
  const preview = foreseen.ok ? foreseen.lines : { problem: foreseen.problem };
  session.out.one({ outcome: 'dry-run', ...beside, preview }, () => [
    ...lines,
    ...(foreseen.ok ? previewTable(foreseen.lines) : [`it cannot be foreseen: ${foreseen.problem}`]),
    'nothing was changed',
  ]);
}

/**
 * Asks for a confirmation where a change of policies lets more people hear of something, or dates be withdrawn, than under today's.
 *
 * @param change `change the policy of acmeCo/`
 * @throws UsageError where nobody says yes: nothing is changed
 */
export async function confirmChange(
  session: Session,
  documents: Documents,
  { change, yes = false }: { change: string; yes?: boolean | undefined },
): Promise<void> {
  if (yes) return;
  if (!(await isAnybodyNotified(session, documents))) return;
  session.interrupts.whileDoing('nothing was changed; --yes asks nothing');
  const heard = heardIn(await foreseeAloud(session, documents));
  if (heard !== undefined) await confirm(session, { act: `${change} and ${concernText(heard)}`, yes });
}

/**
 * What more people would hear of after a change of policies than under today's: `4 tasks warned about (today 0)`; or why that cannot
 * be foreseen.
 */
type Heard = { tasks: string } | { problem: string };

/** Foresees it without saying how far it is; undefined where it is nothing. */
export async function heardOfChange(
  { system }: Pick<Session, 'system'>,
  documents: Documents,
): Promise<Heard | undefined> {
  if (!(await isAnybodyNotified({ system }, documents))) return undefined;
  return heardIn(await foresee({ system }, documents));
}

function heardIn(foreseen: Foreseen): Heard | undefined {
  if (!foreseen.ok) return { problem: foreseen.problem };
  const tasks = concernOf(foreseen.lines);
  return tasks === undefined ? undefined : { tasks };
}

function concernText(heard: Heard): string {
  return 'tasks' in heard
    ? `have within 60 days ${heard.tasks}`
    : `do what cannot be foreseen (${heard.problem})`;
}

/** Where every scope only records, before and after, nobody hears of anything. */
async function isAnybodyNotified(
  { system }: Pick<Session, 'system'>,
  documents: Documents,
): Promise<boolean> {
  const written = await loadPolicyDocuments(system.table);
  return [...written.values(), ...documents.values()].some(
    ({ mode = 'detect' }) => mode !== null && mode !== 'detect',
  );
}

/** What people hear of, in words that follow a number of tasks. */
const HEARD = {
  warned: 'warned about',
  reminded: 'reminded of',
  disabled: 'disabled',
  withdrawn: 'with a date that is withdrawn',
} as const satisfies Partial<Record<Counted, string>>;

/** What people would hear of sooner or more often than under today's policy; undefined where they would not. */
function concernOf(lines: readonly PreviewLine[]): string | undefined {
  const kinds = COUNTED.filter((kind): kind is keyof typeof HEARD => kind in HEARD);
  const concerned = kinds.filter((kind) =>
    lines.some((line) => line.type === 'day' && line.proposed[kind] > line.today[kind]),
  );
  const total = lines.find((line) => line.type === 'total');
  if (concerned.length === 0 || total?.type !== 'total') return undefined;
  const parts = concerned.map(
    (kind) => `${amount(total.proposed[kind], 'task')} ${HEARD[kind]} (today ${total.today[kind]})`,
  );
  return parts.join(', ');
}
