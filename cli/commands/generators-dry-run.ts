import { formatInstant } from '../../functions/abandonment/time.ts';
import type { DryTurn } from '../../functions/scanner/dry-turn.ts';
import type { Generator } from '../../functions/scanner/generator.ts';
import type { Effect } from '../../functions/scanner/recorded-effects.ts';
import { safe } from '../terminal.ts';

/** So many writes and so many messages are shown. */
const SHOWN = 20;

/** Longer ones are cut, for people. */
const LONGEST = 160;

/** How many there are of each kind, by name. */
function countsOf(effects: readonly Effect[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const { kind } of effects) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The first ones, those of one kind together. */
function firstOf(effects: readonly Effect[]): Effect[] {
  return effects.slice(0, SHOWN).sort((a, b) => (a.kind === b.kind ? 0 : a.kind < b.kind ? -1 : 1));
}

/** A dry turn as JSON. */
export function dryTurnJson(generator: Generator, dry: DryTurn): Record<string, unknown> {
  const { now, due, isAsked, turn, nextAt, figures, writes, messages, metrics } = dry;
  return {
    dryRun: generator.name,
    now: formatInstant(now),
    isAsked,
    nextAt: due.at === null ? null : formatInstant(due.at),
    why: due.why,
    turn: 'failure' in turn ? turn : { cursor: turn.cursor, worked: turn.worked ?? null },
    thenAt: formatInstant(nextAt),
    figures,
    metrics: Object.fromEntries(metrics),
    writes: { count: writes.length, byKind: countsOf(writes), first: firstOf(writes) },
    messages: { count: messages.length, byKind: countsOf(messages), first: firstOf(messages) },
  };
}

/**
 * A dry turn for people.
 *
 * @param why why it is asked, or is not, in words
 */
export function dryTurnText(generator: Generator, dry: DryTurn, why: string): string[] {
  const { now, due, isAsked, figures, writes, messages, metrics } = dry;
  const until = due.at === null ? '' : ` before ${formatInstant(due.at)}`;
  return [
    `dry run of ${generator.name} at ${formatInstant(now)}: nothing was changed, nothing was sent`,
    `${isAsked ? 'would be asked now' : `would not be asked${due.why === 'died' ? ' now' : until}`}: ${safe(why)}`,
    `its turn ${safe(turnText(dry))}${thenText(generator, dry)}`,
    ...(Object.keys(figures).length > 0 ? [`figures: ${numbered(Object.entries(figures))}`] : []),
    ...(metrics.size > 0 ? [`metrics: ${numbered([...metrics])}`] : []),
    ...effectsText('writes', writes),
    ...effectsText('messages', messages),
  ];
}

function turnText({ turn }: DryTurn): string {
  if ('failure' in turn) return `would fail: ${turn.failure}`;
  const worked = turn.worked === undefined ? '' : `, ${turn.worked} worked`;
  return turn.cursor === null
    ? `would come to its end${worked}`
    : `would stop at ${turn.cursor}${worked}; it would go on from there`;
}

/** What follows its turn. */
function thenText({ everySeconds }: Generator, { turn, nextAt }: DryTurn): string {
  const isFull = 'cursor' in turn && turn.cursor !== null;
  if (isFull) return ' at once';
  const isEachScan = everySeconds === 0 && !('failure' in turn);
  return isEachScan ? ', until the next scan' : `, then it would wait until ${formatInstant(nextAt)}`;
}

function numbered(entries: readonly (readonly [string, number])[]): string {
  return entries.map(([key, value]) => `${safe(key)} ${value}`).join(', ');
}

function effectsText(name: string, effects: readonly Effect[]): string[] {
  if (effects.length === 0) return [`${name}: none`];
  const more = effects.length - SHOWN;
  return [
    `${name}: ${effects.length} (${numbered(Object.entries(countsOf(effects)))})`,
    ...firstOf(effects).map(({ kind, what }) => `  ${safe(kind)}  ${safe(what.slice(0, LONGEST))}`),
    ...(more > 0 ? [`  and ${more} more`] : []),
  ];
}
