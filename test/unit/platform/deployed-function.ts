import { vi } from 'vitest';
import { QUEUE_NAMES, queueUrlVariable } from '../../../functions/platform/queues.ts';

/** What each function is deployed with. */
const VARIABLES = {
  AWS_REGION: 'eu-west-1',
  TASKWARDEN_STAGE: 'dev',
  TASKWARDEN_TABLE: 'table',
  TASKWARDEN_BUS: 'the-bus',
  TASKWARDEN_OPERATORS_TOPIC: 'arn:topic',
  ...Object.fromEntries(QUEUE_NAMES.map((queue) => [queueUrlVariable(queue), `url of ${queue}`])),
  TASKWARDEN_SENDER: 'warden@example.com',
  TASKWARDEN_REPLY_TO: 'team@example.com',
  TASKWARDEN_CONFIGURATION_SET: 'set',
  TASKWARDEN_MAILS_PER_SECOND: '1',
  TASKWARDEN_CONTACT: 'the team',
  TASKWARDEN_CONTROL_PLANE: 'fed',
  TASKWARDEN_STAGE_CEILING: 'disable',
  TASKWARDEN_ALLOWED_DOMAINS: '',
  TASKWARDEN_SCAN_EVERY_MS: '900000',
  TASKWARDEN_GATHER_DISABLED_MS: '0',
  TASKWARDEN_CONFIRM_WITHIN_MS: '1800000',
  TASKWARDEN_SEND_LEASE_MS: '60000',
};

/** Has a function that is loaded next find itself deployed, at an instant, with what it alone is told. */
export function deployAt(now: number, more: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries({ ...VARIABLES, ...more })) vi.stubEnv(name, value);
  vi.useFakeTimers({ now, toFake: ['Date'] });
}

/** The metrics that a function writes from now on. */
export function writtenMetrics(): () => Record<string, unknown>[] {
  const lines: string[] = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((chunk: unknown) => {
    lines.push(...String(chunk).split('\n'));
    return true;
  });
  return () =>
    lines.filter((line) => line.includes('_aws')).map((line) => JSON.parse(line) as Record<string, unknown>);
}
