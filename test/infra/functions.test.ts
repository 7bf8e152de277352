import { describe, expect, it } from 'vitest';
import { ofType, synth } from './synth.ts';

describe('functions', () => {
  const { resources } = synth('dev', { logRetentionDays: 7 });
  const functions = ofType(resources, 'AWS::Lambda::Function');

  it('run on Node.js 24 and arm64, traced, with JSON logs and readable stacks', () => {
    expect(functions).toHaveLength(7);
    for (const { Properties } of functions) {
      expect(Properties).toMatchObject({
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        TracingConfig: { Mode: 'Active' },
        LoggingConfig: { LogFormat: 'JSON' },
        Environment: { Variables: { NODE_OPTIONS: '--enable-source-maps', TASKWARDEN_STAGE: 'dev' } },
      });
    }
  });

  it('keep their logs in groups of their own for as long as configured', () => {
    const groups = ofType(resources, 'AWS::Logs::LogGroup');
    expect(groups.map(({ Properties }) => Properties.RetentionInDays)).toEqual(Array(7).fill(7));
    const used = functions.map(({ Properties }) => Properties.LoggingConfig.LogGroup.Ref);
    expect(new Set(used).size).toBe(7);
  });

  it('have the alias live', () => {
    const aliases = ofType(resources, 'AWS::Lambda::Alias');
    expect(aliases.map(({ Properties }) => Properties.Name)).toEqual(Array(7).fill('live'));
  });

  it('have concurrency set aside only where configured', () => {
    const given = (config: object) =>
      ofType(synth('dev', config).resources, 'AWS::Lambda::Function')
        .map(({ Properties }) => Properties.ReservedConcurrentExecutions)
        .filter((reserved) => reserved !== undefined);
    expect(given({})).toEqual([]);
    expect(given({ reservedConcurrency: { scanner: 1 } })).toEqual([1]);
  });

  it('are never told that they may be told the time, but on stage local', () => {
    for (const { Properties } of functions) {
      expect(Properties.Environment.Variables).not.toHaveProperty('TASKWARDEN_DEMO_CLOCK');
    }
    const local = ofType(synth('local', { demoClock: true }).resources, 'AWS::Lambda::Function');
    for (const { Properties } of local)
      expect(Properties.Environment.Variables.TASKWARDEN_DEMO_CLOCK).toBe('on');
  });

  it('keep a mail’s claim longer than its sender lives and shorter than its message is hidden', () => {
    const notifier = functions.find(({ Properties }) => String(Properties.Description).includes('notifier'));
    const lease = Number(notifier?.Properties.Environment.Variables.TASKWARDEN_SEND_LEASE_MS) / 1_000;
    expect(lease).toBeGreaterThan(notifier?.Properties.Timeout);
    expect(lease).toBeLessThan(180);
  });

  it('are found by the stage’s name', () => {
    const [parameter] = ofType(resources, 'AWS::SSM::Parameter');
    expect(parameter?.Properties.Name).toBe('/taskwarden/dev/deployment');
    const text = JSON.stringify(parameter?.Properties.Value);
    for (const part of [
      'table',
      'bus',
      'operatorsTopic',
      'mail-events',
      'scanner',
      'disabler',
      'stageCeiling',
      'ScannerSchedule',
      'mailsPerSecond',
    ]) {
      expect(text).toContain(part);
    }
  });
});
