import { describe, expect, it } from 'vitest';
import { readDeployment } from '../../cli/deployment.ts';
import { SERVICES } from '../../functions/platform/names.ts';
import { QUEUE_NAMES } from '../../functions/platform/queues.ts';
import { ofType, synth } from './synth.ts';

/** The text that CloudFormation puts together; what only it knows stands as the name of its resource. */
function joined(value: { 'Fn::Join': [string, unknown[]] }): string {
  const [separator, parts] = value['Fn::Join'];
  return parts.map((part) => (typeof part === 'string' ? part : 'known-when-deployed')).join(separator);
}

describe('functions', () => {
  const { resources } = synth('dev', { logRetentionDays: 7 });
  const functions = ofType(resources, 'AWS::Lambda::Function');

  it('run on Node.js 24 and arm64, with JSON logs and readable stacks', () => {
    expect(functions).toHaveLength(SERVICES.length);
    for (const { Properties } of functions) {
      expect(Properties).toMatchObject({
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        LoggingConfig: { LogFormat: 'JSON' },
        Environment: { Variables: { NODE_OPTIONS: '--enable-source-maps', TASKWARDEN_STAGE: 'dev' } },
      });
    }
  });

  it('are traced where the configuration says so, with the permissions for that, and else have none of it', () => {
    const traced = synth('dev', { tracing: true }).resources;
    const modes = (of: typeof resources) =>
      ofType(of, 'AWS::Lambda::Function').map(({ Properties }) => Properties.TracingConfig?.Mode);
    expect(modes(traced)).toEqual(Array(SERVICES.length).fill('Active'));
    expect(modes(resources)).toEqual(Array(SERVICES.length).fill(undefined));
    const allowed = (of: typeof resources) =>
      JSON.stringify(ofType(of, 'AWS::IAM::Role')).match(/xray:\w+/g) ?? [];
    expect([...new Set(allowed(traced))].sort()).toEqual([
      'xray:PutTelemetryRecords',
      'xray:PutTraceSegments',
    ]);
    expect(allowed(resources)).toEqual([]);
  });

  it('keep their logs in groups of their own for as long as configured', () => {
    const groups = ofType(resources, 'AWS::Logs::LogGroup');
    expect(groups.map(({ Properties }) => Properties.RetentionInDays)).toEqual(
      Array(SERVICES.length).fill(7),
    );
    const used = functions.map(({ Properties }) => Properties.LoggingConfig.LogGroup.Ref);
    expect(new Set(used).size).toBe(SERVICES.length);
  });

  it('have the alias live', () => {
    const aliases = ofType(resources, 'AWS::Lambda::Alias');
    expect(aliases.map(({ Properties }) => Properties.Name)).toEqual(Array(SERVICES.length).fill('live'));
  });

  it('have concurrency set aside where configured, and the page that anybody may call by default', () => {
    const reserved = (config: object, stage = 'dev') =>
      Object.fromEntries(
        ofType(synth(stage, config).resources, 'AWS::Lambda::Function')
          .filter(({ Properties }) => Properties.ReservedConcurrentExecutions !== undefined)
          .map(({ Properties }) => [
            String(Properties.Description).split(' ')[1],
            Properties.ReservedConcurrentExecutions,
          ]),
      );
    expect(reserved({})).toEqual({ 'owner-page': 10 });
    expect(reserved({ reservedConcurrency: { scanner: 1, 'owner-page': 50 } })).toEqual({
      scanner: 1,
      'owner-page': 50,
    });
    expect(reserved({ reservedConcurrency: { 'owner-page': null } })).toEqual({});
    expect(reserved({}, 'local')).toEqual({});
  });

  it('are told of the sources of events only where they read them: ingest', () => {
    const sources = [{ name: 'fleet', prefixes: ['*'], dataPlanes: ['*'] }];
    const readers = ofType(synth('dev', { sources }).resources, 'AWS::Lambda::Function').filter(
      ({ Properties }) => 'TASKWARDEN_SOURCES' in Properties.Environment.Variables,
    );
    expect(readers.map(({ Properties }) => Properties.Description)).toEqual(['Taskwarden ingest (dev)']);
    expect(readers[0]?.Properties.Environment.Variables).toMatchObject({
      TASKWARDEN_SOURCES: JSON.stringify(sources),
      TASKWARDEN_ACCOUNT: { Ref: 'AWS::AccountId' },
    });
  });

  it('are never told that they may be told the time, but on stage local', () => {
    for (const { Properties } of functions) {
      expect(Properties.Environment.Variables).not.toHaveProperty('TASKWARDEN_DEMO_CLOCK');
    }
    const local = ofType(synth('local', { demoClock: true }).resources, 'AWS::Lambda::Function');
    expect(local).toHaveLength(SERVICES.length);
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
    // What it says can be longer than the 4 KB of a standard parameter.
    expect(parameter?.Properties.Tier).toBe('Intelligent-Tiering');
    const written = joined(parameter?.Properties.Value);
    const { queues, functions: named, ...rest } = readDeployment('dev', written);
    // Nothing that a deployment says is lost on the command line.
    expect(['functions', 'queues', ...Object.keys(rest)].sort()).toEqual(
      Object.keys(JSON.parse(written)).sort(),
    );
    expect(Object.keys(queues).sort()).toEqual([...QUEUE_NAMES].sort());
    expect(Object.keys(named)).toEqual(expect.arrayContaining(['scanner', 'disabler', 'notifier', 'ingest']));
    expect(rest).toMatchObject({
      version: 1,
      stage: 'dev',
      sender: 'warden@example.com',
      ses: { identity: 'example.com' },
      modeCeiling: 'detect',
      scanEveryMs: 900_000,
    });
  });
});
