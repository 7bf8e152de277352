/** `npm run bench -- scan|list|ingest|digest|notify|bundle|simulate|deadlines|generators|garbage|redrive|poison|webhooks|console|preview|price|capacity [options]`: measures the budgets, as JSON lines. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { besideDynamoDbLocal } from './beside-dynamodb-local.ts';
import { STUB_FILE } from './peer-stub.ts';

const HELP = `Usage: npm run bench -- <benchmark> [options]

Benchmarks (each prints JSON lines; a figure's line has its goal, whether it is met, and its ratio last):
  scan       read units of a steady scan against one read of all tasks; write units of one life of a task;
             memory of a scan of a large against a small fleet
               --tasks N             size of the large fleet (default 1000000)
               --on TABLE            memory (default): computed capacity units, compared with what DynamoDB Local
                                     reports for samples where Java 17 is; dynamodb-local: all as it reports it
                                     (loads some 700 tasks a second)
  list       read and write units, time and memory of a listing in which nothing changed, over HTTP
               --tasks N             size of the large fleet (default 1000000)
  ingest     processor time of observations that change nothing, against parsing and checking the same events
               --tasks N             (default 20000)
  digest     mails for tasks that all fail at once
               --tasks N --owners N  (default 10000 of 1000)
  notify     owners notified per second, and what is lost or notified twice when SES or a worker fails, against Cloud
             Custodian's mailer (c7n-mailer), both on its stub of SQS and SES; needs python3 for the peer
               --tasks N --owners N  (default 10000 of 1000)
               --peer DIR            the peer's folder (default: ../shared/peer)
               --table-latency-ms N  how long a call to our table takes (default 5)
  bundle     the scanner's bundle against the bare SDK clients it uses: size and import time
               --processes N         fresh processes for the import time (default 11)
  simulate   random simulation schedules (those of the soak) per minute on two cores
               --seconds N           how long (default 30)
  deadlines  writes on jobs whose deadlines one policy moves
               --tasks N             (default 100000)
  generators a week of twelve generators, one always full, one always failing, one slow: turns of the others against the
             promise of their band, turns of those that were not due, reads and writes
  garbage    collects what ended while scans go on: what is left of it, and what went that should not
               --rows N              rows that ended (default 1000000)
  webhooks   a webhook whose server is gone for seven days: messages in flight, what its events come to, and how
             long ticks take against ticks without it
               --tasks N             one event each (default 10000)
               --table-latency-ms N  how long a call to the table takes in one tick of 16 (default 5)
  console    a page of the operators' console once the fleet was read, and what reading it costs
               --tasks N             (default 100000)
  preview    seconds and memory of a preview of a change of policy over 60 days
               --tasks N             (default 100000)
  price      dollars a month of an idle stage, and of a fleet, by their parts
  redrive    sends dead letters back, is cut off half way, and is run again: what is lost, done twice or left
               --letters N           (default 10000)
  poison     time of all others while one message of a queue fails at each of its deliveries
               --messages N          (default 10000)
  capacity   compares the computed capacity units with those that DynamoDB Local reports (needs Java 17)

Exit codes: 0 all goals met; 1 a goal is missed; 2 the call is not valid.

Examples:
  npm run bench -- scan --tasks 100000
  npm run bench -- simulate --seconds 60`;

const OPTIONS = {
  help: { type: 'boolean' },
  tasks: { type: 'string' },
  rows: { type: 'string' },
  letters: { type: 'string' },
  messages: { type: 'string' },
  owners: { type: 'string' },
  peer: { type: 'string' },
  'table-latency-ms': { type: 'string' },
  on: { type: 'string' },
  processes: { type: 'string' },
  seconds: { type: 'string' },
} as const;

/** The options that a benchmark takes. */
const TAKEN: Record<string, readonly string[]> = {
  scan: ['tasks', 'on'],
  list: ['tasks'],
  ingest: ['tasks'],
  digest: ['tasks', 'owners'],
  notify: ['tasks', 'owners', 'peer', 'table-latency-ms'],
  bundle: ['processes'],
  generators: [],
  simulate: ['seconds'],
  deadlines: ['tasks'],
  garbage: ['rows'],
  redrive: ['letters'],
  poison: ['messages'],
  webhooks: ['tasks', 'table-latency-ms'],
  console: ['tasks'],
  preview: ['tasks'],
  price: [],
  capacity: [],
};

type Values = ReturnType<typeof parseArgs<{ options: typeof OPTIONS; allowPositionals: true }>>['values'];

/** A call that cannot be answered. */
class UsageError extends Error {}

async function run(name: string, values: Values): Promise<void> {
  switch (name) {
    case 'scan':
      return scan(wholeNumber(values, 'tasks', 1_000_000), values.on ?? 'memory');
    case 'list': {
      const { benchList } = await import('./list.ts');
      return benchList(wholeNumber(values, 'tasks', 1_000_000));
    }
    case 'ingest': {
      const { benchIngest } = await import('./ingest.ts');
      return benchIngest(wholeNumber(values, 'tasks', 20_000));
    }
    case 'digest': {
      const { benchDigest } = await import('./digest.ts');
      return benchDigest(wholeNumber(values, 'tasks', 10_000), wholeNumber(values, 'owners', 1_000));
    }
    case 'notify':
      return notify(values);
    case 'bundle': {
      const { benchBundle } = await import('./bundle.ts');
      return benchBundle(wholeNumber(values, 'processes', 11));
    }
    case 'deadlines': {
      const { benchDeadlines } = await import('./deadlines.ts');
      return benchDeadlines(wholeNumber(values, 'tasks', 100_000));
    }
    case 'generators': {
      const { benchGenerators } = await import('./generators.ts');
      return benchGenerators();
    }
    case 'garbage': {
      const { benchGarbage } = await import('./garbage.ts');
      return benchGarbage(wholeNumber(values, 'rows', 1_000_000));
    }
    case 'webhooks': {
      const { benchWebhooks } = await import('./webhooks.ts');
      return benchWebhooks(wholeNumber(values, 'tasks', 10_000), wholeNumber(values, 'table-latency-ms', 5));
    }
    case 'console': {
      const { benchConsole } = await import('./console.ts');
      return benchConsole(wholeNumber(values, 'tasks', 100_000));
    }
    case 'preview': {
      const { benchPreview } = await import('./preview.ts');
      return benchPreview(wholeNumber(values, 'tasks', 100_000));
    }
    case 'price': {
      const { benchPrice } = await import('./price.ts');
      return benchPrice();
    }
    case 'redrive': {
      const { benchRedrive } = await import('./redrive.ts');
      return benchRedrive(wholeNumber(values, 'letters', 10_000));
    }
    case 'poison': {
      const { benchPoison } = await import('./poison.ts');
      return benchPoison(wholeNumber(values, 'messages', 10_000));
    }
    case 'simulate': {
      const { benchSimulate } = await import('./simulate.ts');
      return benchSimulate(wholeNumber(values, 'seconds', 30));
    }
    default:
      return capacity();
  }
}

async function notify(values: Values): Promise<void> {
  const { peerBesideRepository } = await import('./notify-peer.ts');
  const peer = values.peer ?? peerBesideRepository();
  if (peer === undefined || !existsSync(join(peer, STUB_FILE))) {
    throw new UsageError(`--peer is ${peer ?? 'missing'}; allowed is a folder with the peer's ${STUB_FILE}`);
  }
  const { benchNotify } = await import('./notify.ts');
  const [tasks, owners] = [wholeNumber(values, 'tasks', 10_000), wholeNumber(values, 'owners', 1_000)];
  await benchNotify({ tasks, owners, peer, tableLatencyMs: wholeNumber(values, 'table-latency-ms', 5) });
}

async function scan(tasks: number, on: string): Promise<void> {
  if (on !== 'memory' && on !== 'dynamodb-local') {
    throw new UsageError(`--on is ${on}; allowed are memory, dynamodb-local`);
  }
  const endpoint = process.env.TASKWARDEN_TABLE_ENDPOINT;
  if (on === 'dynamodb-local' && endpoint === undefined) {
    return onlyBesideDynamoDbLocal(['scan', '--tasks', String(tasks), '--on', on]);
  }
  const { benchScan } = await import('./scan.ts');
  if (on === 'dynamodb-local') return benchScan(tasks, endpoint);
  const compared = await besideDynamoDbLocal(['capacity']);
  await benchScan(tasks, undefined);
  if (compared) process.exitCode = compared;
}

async function capacity(): Promise<void> {
  const endpoint = process.env.TASKWARDEN_TABLE_ENDPOINT;
  if (endpoint === undefined) return onlyBesideDynamoDbLocal(['capacity']);
  const { checkCapacity } = await import('./capacity-check.ts');
  return checkCapacity(endpoint);
}

async function onlyBesideDynamoDbLocal(benchmark: string[]): Promise<void> {
  process.exitCode = (await besideDynamoDbLocal(benchmark)) ?? 2;
}

function wholeNumber(
  values: Values,
  name: 'tasks' | 'rows' | 'letters' | 'messages' | 'owners' | 'processes' | 'seconds' | 'table-latency-ms',
  byDefault: number,
): number {
  const text = values[name];
  if (text === undefined) return byDefault;
  if (!/^[1-9]\d{0,8}$/.test(text))
    throw new UsageError(`--${name} is ${text}; allowed is a whole number from 1`);
  return Number(text);
}

function parsed(): { name: string; values: Values } {
  try {
    const { values, positionals } = parseArgs({ options: OPTIONS, allowPositionals: true });
    const [name = '', ...more] = positionals;
    if (values.help) return { name: 'help', values };
    const taken = TAKEN[name];
    if (!taken || more.length > 0)
      throw new UsageError(`benchmark is ${JSON.stringify(positionals.join(' '))}`);
    const strange = Object.keys(values).find((option) => !taken.includes(option));
    if (strange !== undefined) throw new UsageError(`${name} takes no --${strange}`);
    return { name, values };
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

try {
  const { name, values } = parsed();
  if (name === 'help') console.log(HELP);
  else await run(name, values);
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`error: ${error.message.split('\n', 1)[0]}; see npm run bench -- --help`);
  process.exitCode = 2;
}
