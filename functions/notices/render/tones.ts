import type { Tone } from '../../../emails/digest.ts';
import type { Group } from '../../../emails/wordings.ts';

const ALARMING = { light: '#b3261e', dark: '#ff9c8f' };
const CAUTIOUS = { light: '#8a5300', dark: '#f2c063' };
const CALM = { light: '#146c37', dark: '#7fd6a2' };

/** The colour of each group's heading, where it has one; of what will be disabled, the dates have it, too. */
const TONES: Partial<Record<Group, Tone>> = {
  due: { of: '.due h2,.due b', ...ALARMING },
  failing: { of: '.failing h2', ...CAUTIOUS },
  'still-off': { of: '.still-off h2', ...CAUTIOUS },
  withdrawn: { of: '.withdrawn h2', ...CALM },
  enabled: { of: '.enabled h2', ...CALM },
  recovered: { of: '.recovered h2', ...CALM },
};

/** The colours that a mail with these groups needs, and no others: each costs every mail a hundred bytes. */
export function tonesOf(groups: readonly Group[]): Tone[] {
  return groups.flatMap((group) => TONES[group] ?? []);
}
