import type { Episode, Notice, Told } from '../abandonment/task.ts';

/** The episode with the part of one recipient changed. */
export function withTold(open: Episode, key: string, told: Told): Episode {
  return { ...open, told: { ...open.told, [key]: told } };
}

/**
 * A notice was tried and not taken: a warning that SES took before stands all the same. Undefined where the recipient
 * was not to be told of the episode.
 */
export function withTried(open: Episode, key: string, notice: Notice): Episode | undefined {
  const told = open.told[key];
  if (!told) return undefined;
  const tried: Told =
    notice === 'reminder' && told.reminder
      ? { ...told, reminder: { ...told.reminder, state: 'tried' } }
      : { ...told, warning: told.warning === 'accepted' ? told.warning : 'tried' };
  return withTold(open, key, tried);
}

/** Under another address as one who left, so that their warning grants nothing any more (promises 1 and 4). */
export function withErased(open: Episode, key: string, address: string): Episode {
  const told = open.told[key];
  return told ? withTold(open, key, { ...told, address, left: true }) : open;
}
