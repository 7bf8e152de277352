import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, openSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { ROOT, temporaryFolder } from './bundle-options.ts';
import { STUB_OPTIONS } from './notify-deployment.ts';
import { PeerStub } from './peer-stub.ts';

/** One line of the peer's script, as far as it is read here; what each key means is said in its README. */
export interface PeerLine {
  ownersReached: number;
  lost: number;
  tasksNeverNamed: number;
  duplicates: number;
  seconds: number;
  sendSeconds: number;
}

const SCRIPT = 'run_c7n_mailer.py';
const QUEUE_URL = 'https://sqs.us-east-1.amazonaws.com/123456789012/peer-mailer';

/** The folder of the peer where none is named: beside the repository; undefined where it is not there. */
export function peerBesideRepository(): string | undefined {
  const folder = join(ROOT, '..', 'shared', 'peer');
  return existsSync(folder) ? folder : undefined;
}

/** Runs the peer once by its own script, on a stub that it starts; throws where it cannot. */
export async function runPeer(
  folder: string,
  options: { tasks: number; owners: number; sesLatencyMs: number; fault: string },
): Promise<PeerLine> {
  const { tasks, owners, sesLatencyMs, fault } = options;
  const size = [`--tasks=${tasks}`, `--owners=${owners}`];
  const how = [`--ses-latency-ms=${sesLatencyMs}`, `--fault=${fault}`];
  const printed = await output('python3', [join(folder, SCRIPT), ...size, ...how], process.env);
  return JSON.parse(printed) as PeerLine;
}

/** Makes what the peer needs and warms its files; answers why it cannot run, undefined where it can. */
export async function peerObstacle(folder: string): Promise<string | undefined> {
  try {
    await runPeer(folder, { tasks: 10, owners: 10, sesLatencyMs: 0, fault: 'none' });
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/**
 * Runs the peer once under a fault that its script does not know: what its script does, in the same order with the
 * same programs and configuration, on a stub with other options.
 */
export async function runPeerParts(
  folder: string,
  { tasks, owners, options }: { tasks: number; owners: number; options: Record<string, unknown> },
): Promise<PeerLine> {
  const [stub, work] = [await PeerStub.start(folder), temporaryFolder()];
  try {
    const { idPattern, maxLongPollSeconds } = STUB_OPTIONS;
    await stub.reset({ idPattern, maxLongPollSeconds, ...options });
    const programs = join(process.env.PEER_HOME ?? join(tmpdir(), 'peer'), 'venv', 'bin');
    const env = peerEnvironment(stub.endpoint, work);
    const size = [`--tasks=${tasks}`, `--owners=${owners}`];
    await output(join(programs, 'python'), [join(folder, SCRIPT), ...size, '--seed-only'], env);
    const started = performance.now();
    await output(join(programs, 'c7n-mailer'), ['-c', mailerConfig(work), '--run'], env, join(work, 'log'));
    const seconds = (performance.now() - started) / 1_000;
    const { mails, byRecipient, duplicates, sendSeconds, tasks: reported } = await stub.report();
    const ownersReached = byRecipient.recipients;
    const lost = { lost: owners - ownersReached, tasksNeverNamed: tasks - reported.named };
    return { ...{ tasks, owners, mails }, ownersReached, ...lost, duplicates, seconds, sendSeconds };
  } finally {
    stub.stop();
  }
}

function peerEnvironment(endpoint: string, work: string): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_'));
  return {
    ...Object.fromEntries(own),
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: 'x',
    AWS_SECRET_ACCESS_KEY: 'x',
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_EC2_METADATA_DISABLED: 'true',
    PEER_WORK: work,
  };
}

/** Writes the mailer's configuration, as its script does; answers its path. */
function mailerConfig(work: string): string {
  const path = join(work, 'mailer.yml');
  const config = {
    queue_url: QUEUE_URL,
    role: 'arn:aws:iam::123456789012:role/mailer',
    region: 'us-east-1',
    from_address: 'custodian@example.com',
    contact_tags: ['OwnerContact'],
  };
  writeFileSync(path, JSON.stringify(config));
  return path;
}

/** What a program prints; `log` takes what it says beside that. Throws where it fails. */
async function output(
  program: string,
  parameters: string[],
  env: NodeJS.ProcessEnv,
  log?: string,
): Promise<string> {
  const errors = log === undefined ? 'inherit' : openSync(log, 'a');
  const child = spawn(program, parameters, { stdio: ['ignore', 'pipe', errors], env });
  const ended = once(child, 'close');
  const [printed, [code]] = await Promise.all([text(child.stdout as NodeJS.ReadableStream), ended]);
  if (code !== 0) throw new Error(`${program} ${parameters[0] ?? ''} ended with code ${code}`);
  return printed;
}
