import { beforeEach, describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE } from '../../../functions/abandonment/time.ts';
import type { OperatorAlertCode } from '../../../functions/platform/alert-codes.ts';
import type { OperatorAlert } from '../../../functions/platform/ports.ts';
import { runScan } from '../../../functions/scanner/scan.ts';
import { keys } from '../../../functions/store/keys.ts';
import { alertClosed, operatorAlert } from '../../../functions/store/operator-alerts.ts';
import { loadOpenAlerts } from '../../../functions/store/operator-incidents.ts';
import type { Write } from '../../../functions/store/table/table.port.ts';
import { workStage } from '../work/stage.ts';

/** A stage whose operators hear of alerts; messages are what each of them said, `code subject` or `over: …`. */
function operatorStage() {
  const stage = workStage();
  const { system, table } = stage;
  const messages: string[][] = [];
  const details: string[] = [];
  let isDown = false;
  const operators = {
    notify: async (alert: OperatorAlert, others: readonly OperatorAlert[] = []) => {
      if (isDown) throw new Error('SNS is away');
      const all = [alert, ...others];
      messages.push(all.map(({ code, subject, isOver }) => `${isOver ? 'over: ' : ''}${code} ${subject}`));
      details.push(...all.map(({ detail }) => detail));
    },
  };
  let writes = 0;
  const write = (...some: Write[]) => {
    writes += 1;
    return table.transact(some, `test ${writes}`);
  };
  const now = () => system.clock.now();
  return {
    table,
    details,
    messages,
    now,
    write,
    break: (broken: boolean) => {
      isDown = broken;
    },
    raise: (code: OperatorAlertCode, subject: string, detail = 'it is so') =>
      write(operatorAlert(code, subject, detail, now())),
    takeBack: (code: OperatorAlertCode, subject: string) =>
      write({ delete: keys.operatorAlert(code, subject) }),
    close: (code: OperatorAlertCode, subject: string) => write(...alertClosed(code, subject, now())),
    /** Scans after a while; what that scan sent to operators. */
    async scanAfter(pause: number) {
      stage.pass(pause);
      const before = messages.length;
      await runScan({ ...system, operators }, { scheduledAt: now(), remainingMs: () => 900_000 });
      return messages.slice(before);
    },
    open: async () => (await loadOpenAlerts(table)).map(({ code, subject }) => `${code} ${subject}`),
    rows: () => stage.rows({ pk: 'OPERATORS' }),
  };
}

let stage: ReturnType<typeof operatorStage>;
beforeEach(() => {
  stage = operatorStage();
});

describe('a condition', () => {
  it('is sent once when it begins and once when it ends, with how long it lasted', async () => {
    await stage.raise('correlated-failure', 'eu-1');
    expect(await stage.scanAfter(0)).toEqual([['correlated-failure eu-1']]);
    expect(await stage.scanAfter(15 * MINUTE)).toEqual([]);
    expect(await stage.open()).toEqual(['correlated-failure eu-1']);
    await stage.takeBack('correlated-failure', 'eu-1');
    // Raised at 12:00, found to be over at 15:15.
    expect(await stage.scanAfter(3 * HOUR)).toEqual([['over: correlated-failure eu-1']]);
    expect(stage.details.at(-1)).toBe('over since 2026-03-01T15:15:00Z; it lasted 3 h 15 min');
    expect(await stage.scanAfter(15 * MINUTE)).toEqual([]);
    expect(await stage.rows()).toEqual([]);
  });

  it('that goes before anybody was notified of it is no news', async () => {
    await stage.raise('correlated-failure', 'eu-1');
    await stage.takeBack('correlated-failure', 'eu-1');
    expect(await stage.scanAfter(0)).toEqual([]);
    expect(await stage.rows()).toEqual([]);
  });

  it('that lasts is sent each week, and its length counts from its beginning', async () => {
    await stage.raise('topic-refused', 'arn:t');
    await stage.scanAfter(0);
    expect(await stage.scanAfter(7 * DAY)).toEqual([['topic-refused arn:t']]);
    await stage.takeBack('topic-refused', 'arn:t');
    expect(await stage.scanAfter(DAY)).toEqual([['over: topic-refused arn:t']]);
    expect(stage.details.at(-1)).toContain('it lasted 8 d');
  });

  it('that nobody takes back ends with the first scan of the next hour, long before the week is over', async () => {
    await stage.raise('veto-loop', 'acmeCo/a');
    await stage.scanAfter(0);
    expect(await stage.scanAfter(15 * MINUTE)).toEqual([]);
    // There is no such task: it cannot be published again.
    expect(await stage.scanAfter(45 * MINUTE)).toEqual([['over: veto-loop acmeCo/a']]);
    expect(await stage.open()).toEqual([]);
    for (let hours = 0; hours < 8 * 24; hours += 1) expect(await stage.scanAfter(HOUR)).toEqual([]);
    expect(await stage.rows()).toEqual([]);
  });

  it('that is raised anew is sent anew, and the end of the one before with it', async () => {
    await stage.raise('correlated-failure', 'eu-1');
    await stage.scanAfter(0);
    await stage.takeBack('correlated-failure', 'eu-1');
    stage.break(true);
    await stage.scanAfter(HOUR);
    stage.break(false);
    expect(await stage.scanAfter(HOUR)).toEqual([['over: correlated-failure eu-1']]);
    await stage.raise('correlated-failure', 'eu-1');
    expect(await stage.scanAfter(HOUR)).toEqual([['correlated-failure eu-1']]);
  });

  it('which an earlier version of the code sent is followed to its end', async () => {
    const { put } = operatorAlert('correlated-failure', 'eu-1', 'it is so', stage.now());
    await stage.write({ put: { ...put, toldAt: stage.now(), rev: 2 } });
    expect(await stage.scanAfter(HOUR)).toEqual([]);
    await stage.takeBack('correlated-failure', 'eu-1');
    expect(await stage.scanAfter(HOUR)).toEqual([['over: correlated-failure eu-1']]);
    expect(stage.details.at(-1)).toContain('it lasted 2 h');
  });

  it('whose end could not be sent is sent with the next scan', async () => {
    await stage.raise('correlated-failure', 'eu-1');
    await stage.scanAfter(0);
    await stage.takeBack('correlated-failure', 'eu-1');
    stage.break(true);
    expect(await stage.scanAfter(HOUR)).toEqual([]);
    stage.break(false);
    expect(await stage.scanAfter(HOUR)).toEqual([['over: correlated-failure eu-1']]);
  });
});

describe('a condition that flaps', () => {
  const flap = async (pause: number) => {
    await stage.takeBack('evidence-stale', 'events');
    const ended = await stage.scanAfter(pause);
    await stage.raise('evidence-stale', 'events');
    return [...ended, ...(await stage.scanAfter(pause))];
  };
  beforeEach(async () => {
    await stage.raise('evidence-stale', 'events');
    await stage.scanAfter(0);
  });

  it('is one alert, however often it comes back within a day, and its end is sent after a day', async () => {
    for (let times = 0; times < 5; times += 1) expect(await flap(2 * HOUR)).toEqual([]);
    expect(await stage.open()).toEqual(['evidence-stale events']);
    await stage.takeBack('evidence-stale', 'events');
    // Begun at 12:00, found to be over 22 hours later.
    expect(await stage.scanAfter(2 * HOUR)).toEqual([]);
    expect(await stage.open()).toEqual([]);
    expect(await stage.scanAfter(DAY - MINUTE)).toEqual([]);
    expect(await stage.scanAfter(MINUTE)).toEqual([['over: evidence-stale events']]);
    expect(stage.details.at(-1)).toBe('over since 2026-03-02T10:00:00Z; it lasted 22 h');
    expect(await stage.rows()).toEqual([]);
  });

  it('between two scans is the same one, too', async () => {
    await stage.takeBack('evidence-stale', 'events');
    await stage.raise('evidence-stale', 'events', 'in other words');
    expect(await stage.scanAfter(HOUR)).toEqual([]);
  });

  it('is sent a week after it was sent, as what lasts', async () => {
    const notifiedAfter = [];
    for (let hours = 4; hours <= 7 * 24 + 4; hours += 4)
      notifiedAfter.push(...(await flap(2 * HOUR)).map(() => hours));
    expect(notifiedAfter).toEqual([7 * 24]);
  });

  it('is sent anew where it comes back after a day', async () => {
    await stage.takeBack('evidence-stale', 'events');
    await stage.scanAfter(HOUR);
    expect(await stage.scanAfter(DAY)).toEqual([['over: evidence-stale events']]);
    await stage.raise('evidence-stale', 'events');
    expect(await stage.scanAfter(HOUR)).toEqual([['evidence-stale events']]);
  });

  it('is sent anew where an operator ended it, and the end with it', async () => {
    await stage.close('evidence-stale', 'events');
    await stage.raise('evidence-stale', 'events');
    expect(await stage.scanAfter(HOUR)).toEqual([['evidence-stale events', 'over: evidence-stale events']]);
    await stage.close('evidence-stale', 'events');
    expect(await stage.scanAfter(HOUR)).toEqual([['over: evidence-stale events']]);
    expect(await stage.rows()).toEqual([]);
  });
});

describe('what happened once', () => {
  it.each<OperatorAlertCode>(['not-mine', 'bulk-command-failed', 'webhook-gone', 'enable-refused'])(
    '%s has no end that is sent',
    async (code) => {
      await stage.raise(code, 'acmeCo/a');
      expect(await stage.scanAfter(0)).toHaveLength(1);
      await stage.takeBack(code, 'acmeCo/a');
      for (let days = 0; days < 3; days += 1) expect(await stage.scanAfter(DAY)).toEqual([]);
      expect(await stage.rows()).toEqual([]);
    },
  );
});

describe('what is over', () => {
  it('is one message for each code, beside what begins of it', async () => {
    for (const id of ['a', 'b', 'c']) await stage.raise('no-reachable-owner', `acmeCo/${id}`);
    await stage.raise('correlated-failure', 'eu-1');
    await stage.scanAfter(0);
    for (const id of ['a', 'b', 'c']) await stage.takeBack('no-reachable-owner', `acmeCo/${id}`);
    await stage.takeBack('correlated-failure', 'eu-1');
    await stage.raise('no-reachable-owner', 'acmeCo/d');
    expect(await stage.scanAfter(MINUTE)).toEqual([
      [
        'no-reachable-owner acmeCo/d',
        'over: no-reachable-owner acmeCo/a',
        'over: no-reachable-owner acmeCo/b',
        'over: no-reachable-owner acmeCo/c',
      ],
      ['over: correlated-failure eu-1'],
    ]);
  });
});
