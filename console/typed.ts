import { InvalidArgumentError } from 'commander';
import { reasonArgument, untilArgument } from '../cli/act-options.ts';
import type { Instant } from '../functions/abandonment/time.ts';
import type { Act } from './console.ts';
import { field, type Html } from './parts.ts';

/** As long as the command line lets it be. */
const LONGEST_REASON = '500';

/** Asks why. */
export function reasonField(isRequired = false): Html {
  const label = isRequired ? 'Why, for the audit' : 'Why, for the audit (optional)';
  const more = { maxlength: LONGEST_REASON, autocomplete: 'off' };
  return field(label, 'reason', '', isRequired ? { ...more, required: 'required' } : more);
}

/** Asks when it ends; `value`: when it ends where nobody says otherwise. */
export function untilField(label: string, value = ''): Html {
  const name = `${label}: an instant, or after how long, such as 2h or 3d`;
  return field(name, 'until', value, { autocomplete: 'off' });
}

/** An act that is told why, or has to be. */
export function withReason(isRequired = false): NonNullable<Act['typed']> {
  return { names: ['reason'], problem: (_, { reason = '' }) => reasonProblem(reason, isRequired) };
}

/** An act that is told why and until when, if somebody says so. */
export const REASON_AND_UNTIL: NonNullable<Act['typed']> = {
  names: ['reason', 'until'],
  problem: ({ system }, { reason = '', until = '' }) => {
    const end = untilOf(until, system.clock.now());
    return reasonProblem(reason, false) ?? (typeof end === 'string' ? end : undefined);
  },
};

function reasonProblem(reason: string, isRequired: boolean): string | undefined {
  if (reason === '' && isRequired) return 'it has to be said why';
  return reading(() => reasonArgument(reason)).problem;
}

/** The instant that was typed, null where none was; a text says what is wrong with it. */
export function untilOf(text: string, now: Instant): Instant | string | null {
  if (text === '') return null;
  const { value, problem = '' } = reading(() => untilArgument(text));
  if (value === undefined) return `the end ${JSON.stringify(text)} is none. ${problem}`;
  const end = 'at' in value ? value.at : now + value.after;
  return end > now ? end : `the end ${JSON.stringify(text)} is over`;
}

/** What a reader of the command line makes of a text, or what it finds wrong. */
function reading<Value>(read: () => Value): { value?: Value; problem?: string } {
  try {
    return { value: read() };
  } catch (error) {
    if (error instanceof InvalidArgumentError) return { problem: error.message.replace(/\.$/, '') };
    throw error;
  }
}
