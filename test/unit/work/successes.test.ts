import { describe, expect, it } from 'vitest';
import { MINUTE } from '../../../functions/abandonment/time.ts';
import { countSuccess, takeSuccesses, unreportedSuccesses } from '../../../functions/work/successes.ts';
import { workStage } from './stage.ts';

/** A process that begins half a minute into a minute. */
function aProcess() {
  const stage = workStage();
  stage.pass(MINUTE / 2);
  return stage;
}

describe('attempts that went well', () => {
  it('are counted by queue and process, and none where none did', () => {
    const [first, second] = [aProcess(), aProcess()];
    expect(unreportedSuccesses(first.system, 'notify')).toBe(0);
    for (let count = 0; count < 3; count += 1) countSuccess(first.system, 'notify');
    countSuccess(first.system, 'disable');
    expect(['notify', 'disable', 'ingest'].map((queue) => unreportedSuccesses(first.system, queue))).toEqual([
      3, 1, 0,
    ]);
    expect(unreportedSuccesses(second.system, 'notify')).toBe(0);
  });

  it('go with a failure once, those of the other queues left', () => {
    const { system } = aProcess();
    countSuccess(system, 'notify');
    countSuccess(system, 'disable');
    expect(takeSuccesses(system, 'notify')).toBe(1);
    expect(takeSuccesses(system, 'notify')).toBe(0);
    expect(takeSuccesses(system, 'disable')).toBe(1);
    expect(takeSuccesses(system, 'ingest')).toBe(0);
  });

  it('count for the ten minutes that the breaker looks back, from the minute in which they were', () => {
    const { system, pass } = aProcess();
    countSuccess(system, 'notify');
    pass(2 * MINUTE);
    countSuccess(system, 'notify');
    countSuccess(system, 'notify');
    // The first was in the minute that began half a minute before it.
    pass(7.5 * MINUTE);
    expect(unreportedSuccesses(system, 'notify')).toBe(3);
    pass(1);
    expect(unreportedSuccesses(system, 'notify')).toBe(2);
    pass(2 * MINUTE);
    expect(unreportedSuccesses(system, 'notify')).toBe(0);
  });

  it('go on being counted beside older ones', () => {
    const { system, pass } = aProcess();
    countSuccess(system, 'notify');
    pass(9.5 * MINUTE);
    countSuccess(system, 'notify');
    expect(unreportedSuccesses(system, 'notify')).toBe(2);
    pass(1);
    countSuccess(system, 'notify');
    expect(unreportedSuccesses(system, 'notify')).toBe(2);
  });
});
