import type { Reply } from './prober.ts';
import { sayingOf } from './prober.ts';

/** Something that a server does otherwise than the contract says. */
export interface Defect {
  found: string;
  expected: string;
}

/** What became of one question to a server. */
export type Finding =
  | { result: 'ok'; found: string }
  | { result: 'fail'; defects: Defect[] }
  | { result: 'skipped'; found: string };

export type Checked = Finding & { name: string };

const ok = (found: string): Finding => ({ result: 'ok', found });
export const skipped = (found: string): Finding => ({ result: 'skipped', found });

/** The defects that there are; where there are none, what is well. */
export function finding(defects: readonly (Defect | undefined)[], well: string): Finding {
  const there = defects.filter((defect) => defect !== undefined);
  return there.length === 0 ? ok(well) : { result: 'fail', defects: there };
}

/** Where an answer is not as it is to be. */
export function unless(isRight: boolean, reply: Reply, expected: string, more = ''): Defect | undefined {
  if (isRight) return undefined;
  return { found: `${reply.request} answers ${sayingOf(reply)}${more}`, expected };
}
