import { describe, expect, it } from 'vitest';
import { readSources } from '../../../functions/catalog/sources-environment.ts';

const FLEET = { name: 'fleet', prefixes: ['acmeCo/'], dataPlanes: ['*'] };
const environment = (sources: unknown, account: string | undefined = '123456789012') => ({
  TASKWARDEN_SOURCES: JSON.stringify(sources),
  TASKWARDEN_ACCOUNT: account,
});

describe('the sources that ingest is told of', () => {
  it('are of the deployment’s own account where they name none', () => {
    const theirs = { ...FLEET, name: 'theirs', account: '210987654321' };
    expect(readSources(environment([FLEET, theirs]))).toEqual([
      { ...FLEET, account: '123456789012' },
      theirs,
    ]);
  });

  it.each([
    [{ TASKWARDEN_ACCOUNT: '1' }, 'TASKWARDEN_SOURCES is missing'],
    [{ TASKWARDEN_SOURCES: '[]' }, 'TASKWARDEN_ACCOUNT is missing'],
    [environment([{ name: 'fleet' }]), 'TASKWARDEN_SOURCES.0.prefixes'],
  ])('are refused with the variable’s name: %j', (variables, name) => {
    expect(() => readSources(variables)).toThrow(name);
  });
});
