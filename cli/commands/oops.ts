import type { Command } from 'commander';
import { formatInstant } from '../../functions/abandonment/time.ts';
import { resolveOops } from '../../functions/operators/oops.ts';
import { amount } from '../../functions/platform/amounts.ts';
import { listOops, loadOops, type OopsOccurrence, type OopsRecord } from '../../functions/store/oops.ts';
import { addCommand, type Cli, onStage, type Session } from '../command.ts';
import { UsageError } from '../errors.ts';
import type { Columns } from '../output.ts';
import { safe } from '../terminal.ts';

/** So many of its newest occurrences are shown with a kind of failure. */
const SHOWN = 20;

/** Adds `oops list`, `oops show` and `oops resolve`. */
export function registerOops(oops: Command, cli: Cli): void {
  addCommand(oops, {
    usage: 'list',
    description: 'the kinds of failure that are not resolved, the newest first',
    examples: ['oops list', 'oops list --all --json'],
  })
    .option('--all', 'resolved ones, too')
    .action(
      onStage<[], { all?: boolean }>(cli, async ({ system, out }, { all }) => {
        const kinds = await listOops(system.table, { resolved: all === true });
        if (out.json) out.list(kinds.map(kindOf), [], '');
        else out.list(kinds, COLUMNS, 'no attempt failed');
      }),
    );
  addCommand(oops, {
    usage: 'show <fingerprint>',
    description: 'one kind of failure and the newest attempts that failed by it',
    examples: ['oops show 3f9a1c0b77de'],
  }).action(onStage<[string]>(cli, show));
  addCommand(oops, {
    usage: 'resolve <fingerprint>',
    description:
      'it is fixed: stop listing it until it comes back, and ask again for the work that was given up because of it',
    examples: ['oops resolve 3f9a1c0b77de'],
  }).action(
    onStage<[string]>(cli, async ({ system, out, operator, stage }, _, fingerprint) => {
      const resolved = await resolveOops(system, fingerprint, await operator());
      if (!resolved) throw noSuchOops(fingerprint, stage.name);
      const { again } = resolved;
      out.one({ resolved: fingerprint, again }, () => [
        `${fingerprint} is resolved`,
        ...again.map((task) => `asked again with the next scan: ${safe(task)}`),
      ]);
    }),
  );
}

const COLUMNS: Columns<OopsRecord> = [
  ['FINGERPRINT', ({ fingerprint }) => fingerprint],
  ['WORKER', ({ worker }) => worker],
  ['CAUSE', ({ cause }) => cause],
  ['COUNT', ({ count }) => String(count)],
  ['LAST SEEN', ({ lastSeenAt }) => formatInstant(lastSeenAt)],
  ['REPORTED', ({ reported }) => (reported ? `${formatInstant(reported.at)} ${reported.why}` : '-')],
  ['WHAT', ({ error, sample }) => `${error}: ${sample}`],
];

async function show({ system, out, stage }: Session, _: object, fingerprint: string): Promise<void> {
  const found = await loadOops(system.table, fingerprint, SHOWN);
  if (!found) throw noSuchOops(fingerprint, stage.name);
  const { kind, occurrences } = found;
  out.one({ ...kindOf(kind), occurrences: occurrences.map(occurrenceOf) }, () => textOf(kind, occurrences));
}

function noSuchOops(fingerprint: string, stage: string): UsageError {
  return new UsageError(
    `no failure has the fingerprint ${JSON.stringify(fingerprint)} in stage ${stage}; \`taskwarden oops list\` names them`,
  );
}

function kindOf(kind: OopsRecord): Record<string, unknown> {
  const { fingerprint, worker, cause, error, site, sample, count, lastItem, lastAttempt, lastVersion } = kind;
  return {
    fingerprint,
    worker,
    cause,
    error,
    site,
    message: sample,
    count,
    firstSeenAt: formatInstant(kind.firstSeenAt),
    lastSeenAt: formatInstant(kind.lastSeenAt),
    lastItem,
    lastAttempt,
    lastVersion,
    reported: kind.reported ? { at: formatInstant(kind.reported.at), why: kind.reported.why } : null,
    resolvedAt: kind.resolvedAt === null ? null : formatInstant(kind.resolvedAt),
  };
}

function occurrenceOf({ at, item, attempt, version }: OopsOccurrence): Record<string, unknown> {
  return { at: formatInstant(at), item, attempt, version };
}

function textOf(kind: OopsRecord, occurrences: readonly OopsOccurrence[]): string[] {
  const resolved = kind.resolvedAt === null ? 'not resolved' : `resolved ${formatInstant(kind.resolvedAt)}`;
  return [
    `${kind.fingerprint}  ${safe(kind.worker)}  ${kind.cause}  (${resolved})`,
    `${safe(kind.error)}: ${safe(kind.sample)}`,
    `at ${safe(kind.site)}`,
    `${amount(kind.count, 'time')} from ${formatInstant(kind.firstSeenAt)} to ${formatInstant(kind.lastSeenAt)}`,
    '',
    ...occurrences.map(
      ({ at, item, attempt, version }) =>
        `${formatInstant(at)}  attempt ${attempt}  version ${safe(version)}  ${safe(item)}`,
    ),
  ];
}
