import { deployedService } from '../../../simulation/engine/deployed-service.ts';
import type { EffectLine } from '../../../simulation/engine/effects.ts';
import { simulate } from '../../../simulation/engine/simulate.ts';
import { parseScenario } from '../../../simulation/scenario/scenario.ts';
import { type Json, MINUTE } from './facts.ts';
import { expectedOf } from './model.ts';
import type { Expected } from './world.ts';

/** What `simulate` says of a scenario; events about mails that never went are left out. */
export async function simulated(file: Json): Promise<{ file: Json; broken: string[]; lines: EffectLine[] }> {
  const parsed = parseScenario(file);
  if (!parsed.ok) throw new Error(`refused: ${parsed.problem}`);
  const run = await simulate(parsed.scenario, deployedService);
  if (run.ok) return { file, broken: run.broken.map(String), lines: run.lines };
  const impossible = /^events\[(\d+)\].*no mail went to/.exec(run.problem);
  if (!impossible) throw new Error(run.problem);
  return simulated({ ...file, events: (file.events as Json[]).toSpliced(Number(impossible[1]), 1) });
}

/** Where the product and the reference differ; empty where they agree. `-`: the reference alone, `+`: the product. */
export async function differences(scenario: Json): Promise<string[]> {
  const { file, broken, lines } = await simulated(scenario);
  return [...broken.map((promise) => `broken: ${promise}`), ...apart(expectedOf(file), lines)];
}

/** What is expected and not among the lines, and the other way round. */
export function apart(expected: Expected, printed: readonly EffectLine[]): string[] {
  return [...linesApart(expected, printed), ...disabledApart(expected, printed)];
}

/** What an alert is about: a task, a plane that its detail names, or the fleet. */
function subjectOf(line: Extract<EffectLine, { type: 'operator-alert' }>): string {
  if ('task' in line) return line.task;
  return /tasks of (\S+) lost/.exec(line.detail)?.[1] ?? 'fleet';
}

/** The alerts of operators that the rules of tasks lead to. */
const EXPECTED_CODES = [
  'no-reachable-owner',
  'blast-radius',
  'disable-reverted',
  'veto-loop',
  'correlated-failure',
];

function isOfDisabled(line: EffectLine): boolean {
  return line.type === 'mail' && line.items.every(({ notice }) => notice === 'disabled');
}

function linesApart({ lines }: Expected, printed: readonly EffectLine[]): string[] {
  const seen = printed
    .filter(
      (line) =>
        !isOfDisabled(line) && !(line.type === 'operator-alert' && !EXPECTED_CODES.includes(line.code)),
    )
    .map(wording)
    .sort();
  const wanted = [...lines].sort();
  const apart = [
    ...without(wanted, seen).map((line) => `- ${line}`),
    ...without(seen, wanted).map((line) => `+ ${line}`),
  ];
  return apart.sort((a, b) => (a.slice(2) < b.slice(2) ? -1 : 1));
}

function without(lines: readonly string[], others: readonly string[]): string[] {
  const left = [...others];
  return lines.filter((line) => {
    const place = left.indexOf(line);
    if (place >= 0) left.splice(place, 1);
    return place < 0;
  });
}

function wording(line: EffectLine): string {
  switch (line.type) {
    case 'alert-fired':
      return `${line.at} alert-fired ${line.task} #${line.episode} since ${line.since} ${line.stage}`;
    case 'alert-resolved':
      return `${line.at} alert-resolved ${line.task} #${line.episode} ${line.reason}`;
    case 'task-disabled':
      return `${line.at} task-disabled ${line.task} #${line.episode} run ${line.run} due ${line.disableAt}`;
    case 'task-enabled':
      return `${line.at} task-enabled ${line.task} by ${line.by}`;
    case 'held':
      return `${line.at} held ${line.task} #${line.episode} ${line.reason}`;
    case 'mail-failed':
      return `${line.at} mail-failed ${line.to} ${line.reason}`;
    case 'mail':
      return `${line.at} mail ${line.to}: ${line.items.map(wordingOf).sort().join(', ')}`;
    case 'operator-alert':
      return `${line.at} operators ${line.code} ${subjectOf(line)}`;
  }
}

function wordingOf(item: Extract<EffectLine, { type: 'mail' }>['items'][number]): string {
  const restarts = (item.notice as string) === 'enabled' ? '' : ` restarts ${item.restarts}`;
  return `${item.notice} ${item.task} #${item.episode} until ${item.disableAt} since ${item.since}${restarts}`;
}

/** Each `disabled` notice once, within its span. */
function disabledApart({ disabled }: Expected, printed: readonly EffectLine[]): string[] {
  const mailed = printed.filter(isOfDisabled).flatMap((line) =>
    line.type === 'mail'
      ? line.items.map(({ task, episode }) => ({
          key: `${line.to} ${task} #${episode}`,
          at: Date.parse(line.at),
          when: line.at,
        }))
      : [],
  );
  const wanted = disabled.map((notice) => ({
    ...notice,
    key: `${notice.to} ${notice.task} #${notice.episode}`,
  }));
  const apart: string[] = [];
  for (const { key, from, by } of wanted) {
    const place = mailed.findIndex(
      (notice) => notice.key === key && notice.at >= from && notice.at <= by + MINUTE,
    );
    if (place < 0) apart.push(`- ${new Date(from).toISOString()} disabled notice ${key}`);
    else mailed.splice(place, 1);
  }
  return [...apart, ...mailed.map(({ key, when }) => `+ ${when} disabled notice ${key}`)];
}
