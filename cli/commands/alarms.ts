import { type Command, InvalidArgumentError } from 'commander';
import { SECOND } from '../../functions/abandonment/time.ts';
import { RealClock } from '../../functions/platform/real-clock.ts';
import type { SeenAlarm } from '../alarms/alarm-board.port.ts';
import { type Proof, proveDelivery } from '../alarms/prove-delivery.ts';
import { addCommand, type Cli, onStage, type Session } from '../command.ts';
import type { Columns } from '../output.ts';
import { instantText, spanText } from '../readable.ts';
import { safe } from '../terminal.ts';

/** CloudWatch and SNS know no other, whatever the clock of a stage says. */
const realClock = new RealClock();

/** Adds `alarms list` and `alarms test`. */
export function registerAlarms(alarms: Command, cli: Cli): void {
  addCommand(alarms, {
    usage: 'list',
    description: 'the alarms of a stage: those that ring first',
    examples: ['alarms list --stage prod', 'alarms list --stage prod --json'],
  }).action(
    onStage<[]>(cli, async ({ stage, out }) => {
      const board = await stage.alarms();
      const seen = (await board.list()).sort(ringingFirst);
      if (out.json) out.list(seen.map(jsonOf), [], '');
      else out.list(seen, COLUMNS, 'no alarms');
    }),
  );
  addCommand(alarms, {
    usage: 'test',
    description: 'ring one alarm of each severity, and say whether its message arrived',
    examples: ['alarms test --stage prod', 'alarms test --stage prod --wait 30'],
  })
    .option('--wait <seconds>', 'how long a message may take', seconds, 60)
    .addHelpText('after', MEANING)
    .action(
      onStage<[], { wait: number }>(cli, async (session, { wait }) => testAlarms(session, wait * SECOND)),
    );
}

function seconds(text: string): number {
  const value = Number(text);
  if (/^\d{1,3}$/.test(text) && value > 0) return value;
  throw new InvalidArgumentError('Allowed: a whole number from 1 to 999.');
}

const MEANING = `
Everybody who is subscribed hears of the test, and of its end. It listens on a queue of its own, which it deletes. Whether a
person reads what their subscription gets, it cannot see. Exit 1 where a message did not arrive from the alarm.`;

async function testAlarms({ stage, system, out, operator }: Session, within: number): Promise<void> {
  const proofs = await proveDelivery(await stage.alarms(), {
    now: () => realClock.now(),
    mark: system.random.id(system.clock.now()),
    by: await operator(),
    within,
  });
  out.list(proofs, PROOF_COLUMNS, '');
  if (!out.json) for (const { severity, unseen } of proofs) showUnseen(out, severity, unseen);
  const failed = proofs.filter(({ way }) => way !== 'alarm').map(({ severity }) => severity);
  if (failed.length > 0)
    throw new Error(`no message of an alarm was seen to arrive for: ${failed.join(', ')}`);
}

function showUnseen(out: Session['out'], severity: string, unseen: readonly string[]): void {
  for (const name of unseen) out.one(null, () => [`${severity}: ${safe(name)}`]);
}

const PROOF_COLUMNS: Columns<Proof> = [
  ['SEVERITY', ({ severity }) => severity],
  [
    'ARRIVED',
    ({ way }) => (way === null ? 'no' : way === 'alarm' ? 'from the alarm' : 'from the topic alone'),
  ],
  ['AFTER', ({ took }) => (took === null ? '-' : spanText(took))],
  [
    'SUBSCRIBED',
    ({ subscribers: { confirmed, pending } }) =>
      pending > 0 ? `${confirmed}, ${pending} not confirmed` : String(confirmed),
  ],
];

const ORDER = ['ALARM', 'INSUFFICIENT_DATA', 'OK'];

function ringingFirst(a: SeenAlarm, b: SeenAlarm): number {
  return ORDER.indexOf(a.state) - ORDER.indexOf(b.state) || a.name.localeCompare(b.name);
}

const COLUMNS: Columns<SeenAlarm> = [
  ['STATE', ({ state }) => (state === 'ALARM' ? 'rings' : state === 'OK' ? 'ok' : 'no data')],
  ['SEVERITY', ({ severity }) => severity ?? '-'],
  ['ALARM', ({ name }) => safe(name)],
  ['FOR', ({ since }) => (since === null ? '-' : spanText(Math.max(0, realClock.now() - since)))],
  ['IMPACT', ({ state, impact }) => (state === 'ALARM' ? safe(impact) : '')],
];

function jsonOf({ since, ...alarm }: SeenAlarm): Record<string, unknown> {
  return { ...alarm, since: instantText(since) };
}
