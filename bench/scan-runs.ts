import { fork } from 'node:child_process';
import { join } from 'node:path';
import { type Instant, MINUTE } from '../functions/abandonment/time.ts';
import { notifyConsumer } from '../functions/notices/send/notify-consumer.ts';
import { dataPlaneWrite, loadDataPlanes } from '../functions/store/data-planes.ts';
import { processMessage } from '../functions/work/pipeline.ts';
import { benchSystem, CountingMailer, KeptQueues, type Sent } from './bench-system.ts';
import { DEPLOYED, ROOT, temporaryFolder } from './bundle-options.ts';
import type { ScanDone, ScanOrder } from './scan-process.ts';
import type { ScannedTable } from './scanned-table.ts';
import { serveTable } from './table-over-ipc.ts';

/** Bundles the program of the scanning process as functions are bundled; answers its path. */
export async function bundleScanProcess(): Promise<string> {
  const { build } = await import('esbuild');
  const outfile = join(temporaryFolder(), 'scan-process.mjs');
  await build({ ...DEPLOYED, entryPoints: [join(ROOT, 'bench', 'scan-process.ts')], outfile });
  return outfile;
}

/** Runs one scan in a fresh process. */
export function scanIn(
  program: string,
  scanned: ScannedTable,
  scheduledAt: Instant,
  computes: boolean,
): Promise<ScanDone> {
  const { endpoint, name: tableName } = scanned;
  const order: ScanOrder = { scheduledAt, endpoint, tableName, computes };
  const child = fork(program, { serialization: 'advanced', execArgv: [] });
  if (scanned.served) serveTable(child, scanned.served);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('message', (message: { done?: ScanDone }) => {
      if (message.done) resolve(message.done);
    });
    child.on('exit', (code) => {
      if (code !== 0) reject(new Error(`the scanning process ended with code ${code}`));
    });
    child.send({ order });
  });
}

/** Tells the recipients that a scan queued, with the real notifier. Answers how many mails it sent. */
export async function mailWhatWasQueued(scanned: ScannedTable, sent: Sent[], now: Instant): Promise<number> {
  const mailer = new CountingMailer();
  const queues = new KeptQueues();
  const system = benchSystem({ table: scanned.table, now, queues, mailer, seed: now / 1000 + 7 });
  for (const [place, { queue, message }] of sent.entries()) {
    if (queue !== 'notify') continue;
    const delivery = { body: message.body, messageId: `m${place}`, receiveCount: 1, maxReceives: 10 };
    await processMessage(system, notifyConsumer, delivery);
  }
  return mailer.recipients.length;
}

/** Life signs of all data planes, a minute before an instant. */
export async function hearPlanes({ table }: Pick<ScannedTable, 'table'>, now: Instant): Promise<void> {
  for (const plane of (await loadDataPlanes(table)).values()) {
    await table.transact([dataPlaneWrite({ ...plane, lifeSignAt: now - MINUTE })], `heard-${now}`);
  }
}
