import { type Duration, HOUR, type Instant, SECOND } from '../../functions/abandonment/time.ts';
import { addWebhook, resumeWebhook, webhookHistory } from '../../functions/operators/webhooks.ts';
import type {
  Secrets,
  WebhookAnswer,
  WebhookCall,
  WebhookSecretStore,
} from '../../functions/platform/ports.ts';
import type { System } from '../../functions/platform/system.ts';
import { webhookSecretOf } from '../../functions/platform/webhook-signature.ts';
import type { WebhookVerifier } from '../verify/webhook-verifier.ts';

/** What a server does for a time. `lost`: it takes the call, and its answer does not arrive. */
export const SERVER_FAULTS = ['down', 'broken', 'slow', 'gone', 'throttled', 'refusing', 'lost'] as const;

/** A webhook of a scenario: what it hears of, and when its server does what. */
export interface HookPart {
  prefix: string;
  faults: readonly { mode: (typeof SERVER_FAULTS)[number]; from: Instant; to: Instant }[];
  /** In these times each message comes to two senders at once. */
  doubled: { from: Instant; to: Instant };
}

/** An answer with a status. */
export const answered = (
  status: number,
  more: { retryAfter?: string; body?: string } = {},
): WebhookAnswer => ({ outcome: 'answered', status, retryAfter: null, body: '', ...more });

/** The webhook's server is not there. */
export const GONE_AWAY: WebhookAnswer = {
  outcome: 'failed',
  reason: 'not-connected',
  detail: 'connect ECONNREFUSED',
};

const NO_ANSWER: WebhookAnswer = { outcome: 'failed', reason: 'timed-out', detail: 'no answer in 10 s' };

/** Secrets of webhooks in memory; `kept`: the versions of each. */
export function memorySecrets(): WebhookSecretStore & Secrets & { kept: Map<string, string[]> } {
  const kept = new Map<string, string[]>();
  return {
    kept,
    make: () => webhookSecretOf(Buffer.alloc(32, kept.size + 1)),
    write: async (id, secret) => {
      kept.set(id, [...(kept.get(id) ?? []), secret]);
      return kept.get(id)?.length ?? 0;
    },
    remove: async (id) => void kept.delete(id),
    read: async (place) => {
      const [, id = '', version = ''] =
        /webhooks\/([^:]+):(\d+)$/.exec('parameter' in place ? place.parameter : '') ?? [];
      const secret = kept.get(id)?.[Number(version) - 1];
      if (secret === undefined) throw new Error('ParameterNotFound');
      return secret;
    },
  };
}

const OPERATOR = 'ops@platform.test';
const host = (place: number) => `https://hooks${place}.acme.test/in`;

/** A call takes long beside what else is done: whoever may do so gets between. */
const TURNS = 50;
/** A slow server answers just in time. */
const SLOW: Duration = 9 * SECOND;

/** The servers of a scenario's webhooks, and the operators who look after these. */
export class SimWebhooks {
  readonly #parts: readonly HookPart[];
  readonly #verifier: WebhookVerifier;
  readonly #now: () => Instant;
  readonly #secrets = memorySecrets();
  readonly #ids: string[] = [];

  constructor(parts: readonly HookPart[], verifier: WebhookVerifier, now: () => Instant) {
    this.#parts = parts;
    this.#verifier = verifier;
    this.#now = now;
  }

  /** Adds the webhooks to a stage. */
  async begin(system: System): Promise<void> {
    for (const [place, { prefix }] of this.#parts.entries()) {
      const webhook = { url: host(place), prefix, types: [], format: 'standard' as const };
      const added = await addWebhook(system, this.#secrets, webhook, OPERATOR);
      if (added.outcome === 'refused') throw new Error(added.problem);
      this.#ids.push(added.webhook.id);
      this.#verifier.added(added.webhook.id, prefix);
    }
  }

  /** When operators find a webhook whose server said that it is gone, once that is over. */
  get resumptions(): Instant[] {
    const gone = this.#parts.flatMap(({ faults }) => faults.filter(({ mode }) => mode === 'gone'));
    return gone.map(({ to }) => to + HOUR);
  }

  /** An operator calls all of them again. */
  async resume(system: System): Promise<void> {
    for (const id of this.#ids) await resumeWebhook(system, id, OPERATOR);
  }

  /** Whether a message comes to two senders now. */
  isDoubled(): boolean {
    const now = this.#now();
    return this.#parts.some(({ doubled }) => doubled.from <= now && now < doubled.to);
  }

  /** What a sender stands on: its calls reach the servers, and time passes for it in them. */
  systemOf(system: System): System {
    let waited = 0;
    const call = async (asked: WebhookCall): Promise<WebhookAnswer> => {
      const { answer, takes } = await this.#take(asked);
      waited += takes;
      return answer;
    };
    return {
      ...system,
      clock: { now: () => system.clock.now() + waited },
      webhooks: { call, secrets: this.#secrets },
    };
  }

  /** The histories as operators see them, for the verifier's last look. */
  async finish(system: System, calmSince: Instant): Promise<void> {
    for (const id of this.#ids) {
      const history = await webhookHistory(system.table, id, { limit: 100_000 });
      this.#verifier.finish(id, history, calmSince);
    }
  }

  async #take(call: WebhookCall): Promise<{ answer: WebhookAnswer; takes: Duration }> {
    const place = this.#parts.findIndex((_, at) => host(at) === call.url);
    const id = this.#ids[place] ?? '';
    const received = this.#verifier.callBegun(id, call);
    for (let turn = 0; turn < TURNS; turn += 1) await Promise.resolve();
    const mode = this.#modeOf(place);
    const answer = answerIn(mode, call.body);
    this.#verifier.callEnded(id, received, { answer, isTaken: mode === 'lost' || isTaken(answer) });
    return { answer, takes: mode === 'slow' ? SLOW : 0 };
  }

  #modeOf(place: number): HookPart['faults'][number]['mode'] | undefined {
    const now = this.#now();
    return this.#parts[place]?.faults.find(({ from, to }) => from <= now && now < to)?.mode;
  }
}

function answerIn(mode: HookPart['faults'][number]['mode'] | undefined, body: string): WebhookAnswer {
  switch (mode) {
    case 'down':
      return GONE_AWAY;
    case 'broken':
      return answered(503);
    case 'gone':
      return answered(410);
    case 'throttled':
      return answered(429, { retryAfter: '7200' });
    case 'refusing':
      return answered(body.includes('task0') ? 422 : 200);
    case 'lost':
      return NO_ANSWER;
    default:
      return answered(204);
  }
}

function isTaken(answer: WebhookAnswer): boolean {
  return answer.outcome === 'answered' && answer.status >= 200 && answer.status < 300;
}
