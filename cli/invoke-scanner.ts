import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { z } from 'zod/mini';
import { formatInstant, type Instant, MINUTE } from '../functions/abandonment/time.ts';
import type { ScanReport } from '../functions/scanner/scan.ts';

/** Lambda's own limit: a scan ends before it. */
const requestHandler = { connectionTimeout: 2_000, requestTimeout: 15 * MINUTE };

const figures = z.record(z.string(), z.number());
const reportSchema = z.union([
  z.object({ outcome: z.enum(['completed', 'interrupted']), run: z.string(), figures }),
  z.object({ outcome: z.literal('skipped'), run: z.string(), reason: z.string() }),
]);

const failureSchema = z.object({ errorType: z.optional(z.string()), errorMessage: z.optional(z.string()) });

/** Runs the scanner's function and waits; throws where it failed. One attempt: a repeated tick is refused. */
export async function invokeScanner(functionArn: string, scheduledAt: Instant): Promise<ScanReport> {
  const client = new LambdaClient({ requestHandler, maxAttempts: 1 });
  const tick = JSON.stringify({ scheduledAt: formatInstant(scheduledAt) });
  const { Payload, FunctionError } = await client.send(
    new InvokeCommand({ FunctionName: functionArn, Payload: Buffer.from(tick) }),
  );
  const answer: unknown = JSON.parse(Payload ? Buffer.from(Payload).toString('utf8') : 'null');
  if (FunctionError) throw new Error(`the scanner failed: ${failureOf(answer)}`);
  const parsed = z.safeParse(reportSchema, answer);
  if (!parsed.success) throw new Error('the scanner gave no report');
  return parsed.data;
}

function failureOf(answer: unknown): string {
  const parsed = z.safeParse(failureSchema, answer);
  const { errorType, errorMessage } = parsed.success ? parsed.data : {};
  return [errorType, errorMessage].filter((part) => part !== undefined).join(': ') || 'its logs say why';
}
