import type { Command } from 'commander';
import { formatDuration, formatInstant } from '../../functions/abandonment/time.ts';
import {
  type ControlPlaneStanding,
  controlPlanesOf,
  newestListings,
  outageOf,
} from '../../functions/operators/control-planes.ts';
import {
  type ListingAct,
  type OnListing,
  pauseListings,
  pollNow,
  resumeListings,
} from '../../functions/operators/listings.ts';
import { amount, oneOr } from '../../functions/platform/amounts.ts';
import { type ControlPlaneSettings, isListed } from '../../functions/platform/control-plane-settings.ts';
import type { System } from '../../functions/platform/system.ts';
import type { ListingEnd } from '../../functions/store/listings.ts';
import { addCommand, type Cli, onStage } from '../command.ts';
import { UsageError } from '../errors.ts';
import type { Columns } from '../output.ts';
import { safe } from '../terminal.ts';

/** Adds `control-planes list`, `show`, `poll`, `pause` and `resume`. */
export function registerControlPlanes(planes: Command, cli: Cli): void {
  addCommand(planes, {
    usage: 'list',
    description: 'the control planes of the configuration, and how the listing of each goes',
    examples: ['control-planes list', 'control-planes list --json'],
  }).action(
    onStage(cli, async ({ system, out }) => {
      const standings = await controlPlanesOf(system);
      if (out.json) out.list(standings.map(jsonOf), [], '');
      else out.list(standings, COLUMNS, 'the configuration names none: all tasks are of `controlPlane`');
    }),
  );
  addCommand(planes, {
    usage: 'show <name>',
    description: 'one control plane: its settings, its listing under way, and its newest listings',
    examples: ['control-planes show connect', 'control-planes show connect --json'],
  }).action(
    onStage<[string]>(cli, async ({ system, out }, _options, name) => {
      const standing = await named(system, name);
      const ends = isListed(standing.settings) ? await newestListings(system, name) : [];
      const json = { ...jsonOf(standing), settings: standing.settings, listings: ends.map(endJson) };
      out.one(json, () => linesOf(standing, ends));
    }),
  );
  for (const { usage, description, act, answer } of ACTS) {
    addCommand(planes, {
      usage: `${usage} <name>`,
      description,
      examples: [`control-planes ${usage} connect`],
    }).action(
      onStage<[string]>(cli, async ({ system, out, operator }, _options, name) => {
        const { settings } = await named(system, name);
        if (!isListed(settings)) throw new UsageError(`control plane ${quoted(name)}: it is not listed`);
        const done = await act(system, { controlPlane: name, by: await operator() });
        if (!done.done) throw new UsageError(`control plane ${quoted(name)}: ${done.reason}`);
        out.one({ controlPlane: name, [answer.key]: true }, () => [`${safe(name)} ${answer.text}`]);
      }),
    );
  }
}

interface ListingCommand {
  usage: string;
  description: string;
  act: (system: System, on: OnListing) => Promise<ListingAct>;
  answer: { key: string; text: string };
}

const ACTS: readonly ListingCommand[] = [
  {
    usage: 'poll',
    description: 'list all its tasks now, rather than when `pollEvery` says',
    act: pollNow,
    answer: { key: 'polled', text: 'is listed now' },
  },
  {
    usage: 'pause',
    description:
      'list it no more until you resume it; in time its data planes are silent, and clocks stand still',
    act: pauseListings,
    answer: { key: 'paused', text: 'is listed no more until `taskwarden control-planes resume`' },
  },
  {
    usage: 'resume',
    description: 'list a control plane again that you paused',
    act: resumeListings,
    answer: { key: 'resumed', text: 'is listed again, with the next scan' },
  },
];

const quoted = (name: string): string => JSON.stringify(name);

/** @throws UsageError where the configuration names no such control plane */
async function named(system: System, name: string): Promise<ControlPlaneStanding> {
  const all = await controlPlanesOf(system);
  const found = all.find(({ settings }) => settings.name === name);
  if (found) return found;
  const there = all.length === 0 ? '' : `; it has ${all.map(({ settings }) => settings.name).join(', ')}`;
  throw new UsageError(`control plane ${quoted(name)}: the configuration has none of that name${there}`);
}

const COLUMNS: Columns<ControlPlaneStanding> = [
  ['NAME', ({ settings }) => settings.name],
  ['TYPE', ({ settings }) => settings.type],
  ['PREFIX', ({ settings }) => settings.prefix],
  ['TASKS', ({ listing }) => String(listing?.whole?.tasks ?? '-')],
  ['LISTED', ({ listing }) => instant(listing?.whole?.endedAt)],
  ['STANDING', standingText],
];

const instant = (at: number | null | undefined): string => (at ? formatInstant(at) : '-');

/** How one stands, in words. */
export function standingText(controlPlane: ControlPlaneStanding): string {
  const { standing, listing } = controlPlane;
  switch (standing) {
    case 'heard':
      return 'heard by events';
    case 'paused':
      return `paused by ${listing?.paused?.by} since ${instant(listing?.paused?.at)}`;
    case 'held':
      return `held: ${listing?.held?.missing} of ${listing?.held?.before} tasks ${oneOr(listing?.held?.missing ?? 0, 'is', 'are')} missing`;
    case 'failing':
      return failingText(controlPlane);
    case 'listing':
      return progressText(controlPlane);
    case 'waiting':
      return 'waits for its next listing';
    case 'new':
      return 'not listed yet';
  }
}

function failingText(controlPlane: ControlPlaneStanding): string {
  const outage = outageOf(controlPlane);
  const since = outage?.since === undefined ? '' : ` since ${instant(outage.since)}`;
  return `cannot be asked${since}${outage ? `: ${outage.why}` : ''}`;
}

function progressText({ listing }: ControlPlaneStanding): string {
  const current = listing?.current;
  if (!current) return '-';
  const { counts, startedAt, step } = current;
  const at = step === 'ending' ? 'its end' : `page ${current.page + 1}`;
  return `listed since ${instant(startedAt)}: at ${at}, ${amount(counts.tasks, 'task')}`;
}

function jsonOf(controlPlane: ControlPlaneStanding): Record<string, unknown> {
  const { settings, standing, listing, breaker } = controlPlane;
  const { name, type, prefix } = settings;
  const { whole, current, held, paused, heardAt } = listing ?? {};
  return {
    name,
    type,
    prefix,
    standing,
    tasks: whole?.tasks ?? null,
    listedAt: whole ? formatInstant(whole.endedAt) : null,
    heardAt: heardAt ? formatInstant(heardAt) : null,
    current: current
      ? {
          number: current.number,
          startedAt: formatInstant(current.startedAt),
          pages: current.counts.pages,
          tasks: current.counts.tasks,
          failures: current.failures,
        }
      : null,
    held: held ? { since: formatInstant(held.since), missing: held.missing, before: held.before } : null,
    paused: paused ? { by: paused.by, at: formatInstant(paused.at) } : null,
    failing: outageOf(controlPlane)?.why ?? null,
    askedAgainAt: breaker?.notBefore ? formatInstant(breaker.notBefore) : null,
  };
}

function endJson({ number, startedAt, endedAt, outcome, why, counts, refused }: ListingEnd) {
  const instants = { startedAt: formatInstant(startedAt), endedAt: formatInstant(endedAt) };
  return { number, ...instants, outcome, why, ...counts, refusedTasks: refused };
}

function linesOf(controlPlane: ControlPlaneStanding, ends: readonly ListingEnd[]): string[] {
  const { settings, listing } = controlPlane;
  const lines = [
    `${settings.name}  ${settings.type}  ${settings.prefix}`,
    `  ${standingText(controlPlane)}`,
    ...settingLines(settings),
  ];
  if (listing?.whole) {
    const { whole, heardAt } = listing;
    lines.push(`  newest whole listing: ${amount(whole.tasks, 'task')}, ${instant(whole.endedAt)}`);
    if (heardAt !== whole.endedAt) lines.push(`  last life sign: ${instant(heardAt)}`);
  }
  if (ends.length > 0) lines.push('  listings, the newest first:');
  for (const end of ends) lines.push(...endLines(end));
  return lines.map(safe);
}

function settingLines(settings: ControlPlaneSettings): string[] {
  if (!isListed(settings)) return [];
  const { dataPlane, pollEvery, callsPerSecond, timeout } = settings;
  const where = 'url' in settings ? [`  url: ${settings.url}`] : [];
  const often = `every ${formatDuration(pollEvery)}, at most ${amount(callsPerSecond, 'call')} a second, each within ${formatDuration(timeout)}`;
  return [...where, `  data plane: ${dataPlane}`, `  listed ${often}`];
}

function endLines({ number, startedAt, outcome, why, counts, refused }: ListingEnd): string[] {
  const { tasks, added, changed, gone } = counts;
  const figures = `${amount(tasks, 'task')}, ${added} new, ${changed} changed, ${gone} gone, ${counts.refused} refused`;
  const reason = why === null ? '' : ` (${why})`;
  return [
    `    ${number}  ${instant(startedAt)}  ${outcome}${reason}: ${figures}`,
    ...refused.map((task) => `      refused ${task.task}: ${task.reason}`),
  ];
}
