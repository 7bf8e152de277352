import type { OpenedStage } from '../stage.ts';
import type { Sending } from './aws-account.port.ts';
import { ask, type Check } from './check.ts';
import { mailQuestions } from './mail-questions.ts';
import { workQuestions } from './work-questions.ts';

/** Asks everything that a stage must be able to do before it may disable tasks; no answer stops the others. */
export async function examine(stage: OpenedStage): Promise<Check[]> {
  const account = await stage.account();
  let asked: Promise<Sending> | undefined;
  const sending = () => {
    asked ??= account.sending();
    return asked;
  };
  const examined = { stage, account, now: stage.system.clock.now(), sending };
  const checks: Check[] = [];
  for (const question of [...mailQuestions, ...workQuestions]) checks.push(await ask(question, examined));
  return checks;
}
