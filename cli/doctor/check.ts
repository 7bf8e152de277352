import type { Instant } from '../../functions/abandonment/time.ts';
import { faultLine } from '../errors.ts';
import type { OpenedStage } from '../stage.ts';
import { type AwsAccount, PERMISSION, type Sending } from './aws-account.port.ts';

/** What one check found. */
export interface Finding {
  result: 'ok' | 'warn' | 'fail' | 'skipped';
  found: string;
  /** What to do about it; absent where nothing is to be done. */
  todo?: string;
}

export interface Check extends Finding {
  name: string;
}

/** What is checked. */
export interface Examined {
  stage: OpenedStage;
  account: AwsAccount;
  now: Instant;
  /** The account's standing at SES, asked once. */
  sending(): Promise<Sending>;
}

/** A question to the stage. `asks`: what of the account it needs an answer to; absent: its table alone. */
export interface Question {
  name: string;
  asks?: keyof AwsAccount;
  answer(examined: Examined): Promise<Finding>;
}

export const ok = (found: string): Finding => ({ result: 'ok', found });
export const warn = (found: string, todo: string): Finding => ({ result: 'warn', found, todo });
export const fail = (found: string, todo: string): Finding => ({ result: 'fail', found, todo });
export const skipped = (found: string): Finding => ({ result: 'skipped', found });

/** Asks one question; a fault is an answer too, so that the others go on. */
export async function ask(question: Question, examined: Examined): Promise<Check> {
  const { name } = question;
  try {
    return { name, ...(await question.answer(examined)) };
  } catch (error) {
    return { name, ...unanswered(question, examined, error) };
  }
}

function unanswered({ asks }: Question, { stage }: Examined, error: unknown): Finding {
  const why = faultLine(error);
  if (asks !== undefined && stage.name === 'local' && isOfService(error))
    return skipped(`the emulator gives no answer to ${PERMISSION[asks]} (${why})`);
  if (!isDenied(error)) return fail(`it cannot be checked: ${why}`, 'try again; fix what the message names');
  const permission = asks === undefined ? 'read access to the table of the stage' : PERMISSION[asks];
  return fail('you may not ask this', `ask for ${permission}, and run it again`);
}

/** What a service answered, and no fault of ours. */
function isOfService(error: unknown): boolean {
  return error instanceof Error && '$metadata' in error;
}

/** Each service has a name of its own for it. */
function isDenied(error: unknown): boolean {
  return (
    error instanceof Error &&
    /^(AccessDenied|AuthorizationError|UnauthorizedOperation|NotAuthorized)/.test(error.name)
  );
}
