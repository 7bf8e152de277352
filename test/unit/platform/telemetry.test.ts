import { afterEach, describe, expect, it, vi } from 'vitest';
import { LambdaTelemetry } from '../../../functions/platform/telemetry.ts';

/** The JSON lines that a report wrote, whatever stream the library took. */
function linesOf(report: () => void): Record<string, unknown>[] {
  const lines: string[] = [];
  const take = (chunk: unknown) => {
    lines.push(...String(chunk).split('\n'));
    return true;
  };
  vi.spyOn(process.stdout, 'write').mockImplementation(take);
  vi.spyOn(process.stderr, 'write').mockImplementation(take);
  report();
  vi.restoreAllMocks();
  return lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));
}

describe('telemetry', () => {
  const telemetry = new LambdaTelemetry('scanner', 'dev');
  afterEach(() => vi.restoreAllMocks());

  it('writes a metric with service and stage as its only dimensions, and properties beside it', () => {
    const [line] = linesOf(() => telemetry.metric('ScanCompleted', 3, 'Count', { run: 'r1', tasks: 7 }));
    expect(line).toMatchObject({ ScanCompleted: 3, service: 'scanner', stage: 'dev', run: 'r1', tasks: '7' });
    expect(line?._aws).toMatchObject({
      CloudWatchMetrics: [{ Namespace: 'Taskwarden', Dimensions: [['service', 'stage']] }],
    });
  });

  it('writes several counts as one line', () => {
    const lines = linesOf(() =>
      telemetry.metrics({ MessageDone: 8, MessageRetried: 2 }, { queue: 'notify' }),
    );
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({
      MessageDone: 8,
      MessageRetried: 2,
      queue: 'notify',
      service: 'scanner',
      stage: 'dev',
    });
    expect(lines[0]?._aws).toMatchObject({
      CloudWatchMetrics: [
        {
          Dimensions: [['service', 'stage']],
          Metrics: [{ Name: 'MessageDone' }, { Name: 'MessageRetried' }],
        },
      ],
    });
  });

  it('writes nobody’s address, wherever it stands in what is said', () => {
    const properties = {
      error: 'SES refused ana@acme.test',
      messages: [{ reason: 'to bo＠acme.test' }],
      times: 2,
    };
    const lines = linesOf(() => {
      telemetry.log('error', 'not mailed', properties);
      telemetry.metric('MailRefused', 1, 'Count', properties);
    });
    expect(lines[0]).toMatchObject({
      properties: { error: 'SES refused <address>', messages: [{ reason: 'to <address>' }], times: 2 },
    });
    expect(JSON.stringify(lines)).not.toContain('acme.test');
  });

  it('writes a log line with its level, message and properties', () => {
    const [line] = linesOf(() => telemetry.log('warn', 'event refused', { task: 'acmeCo/a' }));
    expect(line).toMatchObject({
      level: 'WARN',
      message: 'event refused',
      service: 'scanner',
      stage: 'dev',
      properties: { task: 'acmeCo/a' },
    });
  });

  it('never throws, whatever it is given', () => {
    const ring: Record<string, unknown> = {};
    ring.self = ring;
    expect(() =>
      linesOf(() => {
        telemetry.metric('', Number.NaN, 'Count', { ring, none: undefined });
        telemetry.log('info', 'ring', { ring });
      }),
    ).not.toThrow();
  });
});
