import type { Command } from 'commander';
import { recordDoctorRun } from '../../functions/operators/doctor.ts';
import type { Paint, Tone } from '../colour.ts';
import { addCommand, type Cli, onStage, type Session } from '../command.ts';
import type { Check } from '../doctor/check.ts';
import { examine } from '../doctor/examine.ts';
import { UsageError } from '../errors.ts';
import { instantText } from '../readable.ts';
import { columns, safe } from '../terminal.ts';

const MEANING = `
Each check says ok, warn, fail or skipped, and what to do. The run is green where none fails (exit 0; else 1), and is
remembered: outside local and dev, policy mode=disable asks for a green newest run of the last 7 days. It needs read
access to the table, ses:GetEmailIdentity, ses:GetAccount, scheduler:GetSchedule, sns:ListSubscriptionsByTopic,
sqs:GetQueueAttributes, cloudwatch:DescribeAlarms and lambda:GetEventSourceMapping, and write access to be remembered.`;

/** Adds `doctor`. */
export function registerDoctor(program: Command, cli: Cli): void {
  addCommand(program, {
    usage: 'doctor [stage]',
    description: 'check whether a stage can warn owners, hears its control planes and is watched',
    examples: ['doctor prod', 'doctor prod --json'],
  })
    .addHelpText('after', MEANING)
    .hook('preAction', (_, command) => {
      const [named] = command.processedArgs as [string?];
      if (named !== undefined) command.setOptionValue('stage', named);
    })
    .action(
      onStage<[string | undefined]>(cli, async (session, _, named) => {
        const { name } = session.stage;
        if (named !== undefined && named !== name)
          throw new UsageError(`doctor: two stages are named, ${safe(named)} and ${name}; give one`);
        await runChecks(session);
      }),
    );
}

async function runChecks({ stage, system, out, operator, interrupts }: Session): Promise<void> {
  interrupts.whileDoing('nothing was changed, and this run is not remembered; run `taskwarden doctor` again');
  const checks = await examine(stage);
  const failed = checks.filter(({ result }) => result === 'fail').map(({ name }) => name);
  const green = failed.length === 0;
  const at = system.clock.now();
  const shown = checks.map(({ todo, ...check }) => ({ ...check, todo: todo ?? null }));
  out.one({ stage: stage.name, at: instantText(at), green, checks: shown }, () =>
    linesOf(stage.name, checks, green, out.paint),
  );
  await recordDoctorRun(system, {
    at,
    by: await operator(),
    green,
    checks: checks.map(({ name, result }) => ({ name, result })),
  });
  if (!green) throw new Error(`stage ${stage.name} is not ready: ${failed.join(', ')}`);
}

const TONES: Record<Check['result'], Tone | undefined> = {
  ok: 'good',
  warn: 'warn',
  fail: 'bad',
  skipped: 'faint',
};

function linesOf(stage: string, checks: readonly Check[], green: boolean, paint: Paint): string[] {
  const cells = checks.map(({ result, name, found }) => [result, name, found]);
  const toneOf = (row: number, place: number) => {
    const result = checks[row]?.result;
    return place === 0 && result ? TONES[result] : undefined;
  };
  const rows = columns(cells, '', { paint, toneOf });
  const lines = rows.flatMap((row, at) => {
    const todo = checks[at]?.todo;
    return todo === undefined ? [row] : [row, `         to do: ${safe(todo)}`];
  });
  return green ? [...lines, `stage ${stage} is green`] : lines;
}
