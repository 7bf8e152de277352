import { createHash } from 'node:crypto';
import * as z from 'zod/mini';

/** What a scalable target may suspend, by the names that Application Auto Scaling has for them. */
const SUSPENDABLE = {
  in: 'DynamicScalingInSuspended',
  out: 'DynamicScalingOutSuspended',
  scheduled: 'ScheduledScalingSuspended',
} as const;

type Suspended = Record<(typeof SUSPENDABLE)[keyof typeof SUSPENDABLE], boolean>;

const WORDS = ['in', 'out', 'scheduled'] as const;
type Word = (typeof WORDS)[number];

export const ALL: readonly Word[] = WORDS;

/** What was there before a service was disabled. */
export interface Kept {
  desiredCount: number;
  /** What of its scaling was suspended already; null where it did not scale. */
  suspended: readonly Word[] | null;
}

const keptSchema = z.object({
  desiredCount: z.int().check(z.minimum(1)),
  suspended: z.nullable(z.array(z.enum(WORDS))),
});

/** As `ControlAnswer.kept` carries it. */
export function writtenKept({ desiredCount, suspended }: Kept): string {
  return JSON.stringify({ desiredCount, suspended });
}

/** Reads what `writtenKept` wrote; undefined where there is none. */
export function readKept(text: string | undefined): Kept | undefined {
  if (text === undefined) return undefined;
  return z.parse(keptSchema, JSON.parse(text));
}

/** The words for what is suspended. */
export function suspendedIn(
  state: { [Key in keyof Suspended]?: boolean | undefined } | undefined,
): readonly Word[] {
  return WORDS.filter((word) => state?.[SUSPENDABLE[word]] === true);
}

/** As Application Auto Scaling takes it. */
export function suspendedState(words: readonly Word[]): Suspended {
  return {
    DynamicScalingInSuspended: words.includes('in'),
    DynamicScalingOutSuspended: words.includes('out'),
    ScheduledScalingSuspended: words.includes('scheduled'),
  };
}

/** Of a service that we disable: the tag that says what was there, for the answer that says so may be lost. */
export const MARK = 'taskwarden:disabled';

const MARKED = /^desired=(\d{1,6})(?: suspended=([a-z+]+))? request=([0-9a-f]{12})$/;

/** The value of that tag, of letters that a tag may have. */
export function writtenMark({ desiredCount, suspended }: Kept, requestId: string): string {
  const scaling = suspended === null ? '' : ` suspended=${suspended.join('+') || 'none'}`;
  return `desired=${desiredCount}${scaling} request=${shortOf(requestId)}`;
}

/** What the tag says; undefined where there is none, or none of ours. */
export function readMark(value: string | undefined): (Kept & { request: string }) | undefined {
  const [, desired, suspended, request] = MARKED.exec(value ?? '') ?? [];
  if (desired === undefined || request === undefined) return undefined;
  const names = suspended?.split('+');
  return {
    desiredCount: Number(desired),
    suspended: names === undefined ? null : WORDS.filter((word) => names.includes(word)),
    request,
  };
}

/** Whether a mark is of this request. */
export function isMarkOf(mark: { request: string } | undefined, requestId: string): boolean {
  return mark?.request === shortOf(requestId);
}

function shortOf(requestId: string): string {
  return createHash('sha256').update(requestId).digest('hex').slice(0, 12);
}
