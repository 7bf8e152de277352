import { describe, expect, it } from 'vitest';
import { operatorOf } from '../../../cli/operator.ts';
import { run } from '../../../cli/program.ts';
import { cliStage } from './cli-stage.ts';

const ARN = 'arn:aws:sts::123456789012:assumed-role/operators/ana';

describe('whom the audit names', () => {
  it('is the identity of the credentials, asked for once', async () => {
    let asked = 0;
    const identity = async () => {
      asked += 1;
      return ARN;
    };
    const operator = operatorOf({ identity }, {});
    expect(asked).toBe(0);
    expect([await operator(), await operator()]).toEqual([ARN, ARN]);
    expect(asked).toBe(1);
  });

  it('has the name of TASKWARDEN_OPERATOR before it, and never in its place', async () => {
    expect(await operatorOf({ identity: async () => ARN }, { TASKWARDEN_OPERATOR: 'ana' })()).toBe(
      `ana (${ARN})`,
    );
  });

  it('is a name alone where STS does not answer, and nobody without one', async () => {
    const identity = () => Promise.reject(new Error('connect ETIMEDOUT'));
    expect(await operatorOf({ identity }, { TASKWARDEN_OPERATOR: 'ana' })()).toBe(
      'ana (AWS identity unknown)',
    );
    await expect(operatorOf({ identity }, {})()).rejects.toThrow(
      'STS does not say whose credentials these are (connect ETIMEDOUT); nothing was changed; TASKWARDEN_OPERATOR=<your name> acts without it',
    );
  });

  it('may not be so long that it fills the rows of the audit', async () => {
    const long = { TASKWARDEN_OPERATOR: 'a'.repeat(101) };
    await expect(operatorOf({ identity: async () => ARN }, long)()).rejects.toThrow(
      'TASKWARDEN_OPERATOR has 101 characters; allowed: up to 100',
    );
  });

  it('is asked for by commands that change something, and by no other', async () => {
    const stage = cliStage();
    let asked = 0;
    const identity = async () => {
      asked += 1;
      return ARN;
    };
    const open = async () => {
      const opened = await stage.open('local', {});
      return { ...opened, identity };
    };
    const cli = {
      open,
      stdin: (async function* () {})(),
      stdout: { write: () => {} },
      stderr: { write: () => {} },
      env: {},
    };
    for (const command of ['pause', 'admins list', 'policy list', 'tasks list', 'approve --list'])
      expect(await run(command.split(' '), cli)).toBe(0);
    expect(asked).toBe(0);
    expect(await run(['pause', 'notify'], cli)).toBe(0);
    expect(asked).toBe(1);
    const { rows } = await stage.table.query({ pk: 'AUDIT#operators', sk: { prefix: 'L#' } });
    expect(rows).toMatchObject([{ act: 'pause notify', by: ARN }]);
  });
});
