import type { Command } from 'commander';
import { formatInstant } from '../../functions/abandonment/time.ts';
import { reportDataPlane } from '../../functions/catalog/data-planes.ts';
import { argument } from '../../functions/platform/shell-word.ts';
import type { System } from '../../functions/platform/system.ts';
import { auditWrite } from '../../functions/store/audit.ts';
import { loadCounts } from '../../functions/store/counts.ts';
import { type DataPlaneRecord, loadDataPlane, loadDataPlanes } from '../../functions/store/data-planes.ts';
import { writeUnlessRefused } from '../../functions/store/write-unless-refused.ts';
import { addCommand, type Cli, onStage } from '../command.ts';
import { UsageError } from '../errors.ts';
import type { Columns } from '../output.ts';
import { safe } from '../terminal.ts';

/** Adds `data-planes list` and `data-planes deleted`. */
export function registerDataPlanes(planes: Command, cli: Cli): void {
  addCommand(planes, {
    usage: 'list',
    description: 'the data planes that are known, how each is, and how many of its tasks could fail',
    examples: ['data-planes list', 'data-planes list --json'],
  }).action(
    onStage(cli, async ({ system, out }) => {
      out.list(await standingsOf(system), COLUMNS, 'no data plane is known yet');
    }),
  );
  addCommand(planes, {
    usage: 'deleted <data-plane>',
    description:
      'say that a data plane is gone: its tasks are parked, their clocks stand still, until they are deleted or moved, or you dismiss it',
    examples: ['data-planes deleted aws-eu-1'],
  }).action(
    onStage<[string], object>(cli, async ({ system, out, operator }, _options, name) => {
      await reportDeleted(system, name, await operator());
      const text = `${safe(name)} is deleted; its tasks are parked until \`taskwarden dismiss ${argument(name)}\``;
      out.one({ dataPlane: name, deleted: true }, () => [text]);
    }),
  );
}

interface Standing {
  dataPlane: string;
  state: DataPlaneRecord['state'];
  since: string;
  eligible: number;
  alive: number;
}

const COLUMNS: Columns<Standing> = [
  ['DATA PLANE', ({ dataPlane }) => dataPlane],
  ['STATE', ({ state }) => state, ({ state }) => (state === 'up' ? undefined : 'warn')],
  ['SINCE', ({ since }) => since],
  ['TASKS', ({ eligible }) => String(eligible)],
  ['ALIVE', ({ alive }) => String(alive)],
];

async function standingsOf({ table }: System): Promise<Standing[]> {
  const standings: Standing[] = [];
  for (const { name, state, since } of (await loadDataPlanes(table)).values()) {
    const counts = await loadCounts(table, name);
    const sum = (of: 'eligible' | 'alive') => counts.reduce((total, plane) => total + plane[of], 0);
    standings.push({
      dataPlane: name,
      state,
      since: formatInstant(since),
      eligible: sum('eligible'),
      alive: sum('alive'),
    });
  }
  return standings;
}

async function reportDeleted(system: System, name: string, by: string): Promise<void> {
  const quoted = JSON.stringify(name);
  const plane = await loadDataPlane(system.table, name);
  if (!plane)
    throw new UsageError(`no data plane ${quoted} is known; \`taskwarden data-planes list\` names them`);
  if (plane.state === 'deleted') throw new UsageError(`data plane ${quoted} is deleted already`);
  const at = system.clock.now();
  const reported = await reportDataPlane(system, { dataPlane: name, state: 'deleted', at });
  if (reported.result !== 'written')
    throw new UsageError(
      `data plane ${quoted}: its deletion was dismissed, or something newer is known of it`,
    );
  const subject = 'operators' as const;
  const evidence = { state: plane.state };
  const act = { subject, at, act: `data plane deleted ${name}`, by, reason: '', evidence, mails: [] };
  await writeUnlessRefused(system, [auditWrite(act)], `the deletion of ${name}`);
}
