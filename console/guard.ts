import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { type Instant, MINUTE } from '../functions/abandonment/time.ts';
import type { Asked } from './server.ts';

/** So long an act may be confirmed after its page was shown. */
const SEAL_LIFE = 10 * MINUTE;

/** What stands in an address, and in nothing that can be pasted elsewhere: it is taken away by a redirect. */
const TOKEN = 'token';

/** What a request may have. */
export type Verdict =
  /** `session`: the browser that asks, known by its cookie. */
  | { kind: 'pass'; session: string }
  /** The token is right: the cookie is set, and the same address is asked for without it. */
  | { kind: 'enter'; cookie: string; to: string }
  /** Another page led here: a link of ours leads on, for only that brings the cookie. */
  | { kind: 'led'; to: string }
  /** No cookie of ours. `hadToken`: a token that was used already, or is none. */
  | { kind: 'stranger'; to: string; hadToken: boolean }
  | { kind: 'refused'; status: 400 | 403 | 405 | 415 | 421; why: string };

/** Of who is not let in, or not yet. */
export type Outside = Exclude<Verdict, { kind: 'pass' }>;

/** What of a request the guard looks at. */
type Asking = Pick<Asked, 'method' | 'url' | 'headers'>;

/** What a guard stands on. */
export interface GuardPorts {
  /** `http://127.0.0.1:<port>`: the only address that it answers under. */
  origin: string;
  now: () => Instant;
  /** Gives a secret that nobody guesses. @default 32 random bytes */
  secret?: () => string;
  /** Hears the address at which one more browser can enter; each holds once. */
  announce?: (startUrl: string) => void;
}

/**
 * Keeps the console to the browser of whoever started it (docs/security.md#the-console). A page of another origin can neither read
 * nor act: it has no cookie (SameSite=Strict), its name is not ours (Host), and what it sends says where it comes from (Origin,
 * Sec-Fetch-Site).
 */
export class Guard {
  readonly #ports: Required<GuardPorts>;
  readonly #sessions = new Set<string>();
  readonly #used = new Map<string, Instant>();
  readonly #key = randomBytes(32);
  readonly #cookie: string;
  #token: string;

  constructor(ports: GuardPorts) {
    this.#ports = { secret: () => randomBytes(32).toString('base64url'), announce: () => {}, ...ports };
    this.#token = this.#ports.secret();
    // Cookies know no ports: two consoles on one machine must not take each other's.
    this.#cookie = `taskwarden-console-${new URL(ports.origin).port}`;
  }

  /** Where a browser enters, once. */
  get startUrl(): string {
    return `${this.#ports.origin}/?${TOKEN}=${this.#token}`;
  }

  /** Judges a request before anything of it is looked at. */
  judge(asking: Asking): Verdict {
    const { origin } = this.#ports;
    const host = new URL(origin).host;
    if (asking.headers.get('host') !== host)
      return { kind: 'refused', status: 421, why: `this console is asked as ${host} alone` };
    if (asking.method === 'POST') return this.#judgePost(asking);
    if (asking.method !== 'GET' && asking.method !== 'HEAD')
      return { kind: 'refused', status: 405, why: 'it is asked by GET and POST alone' };
    return this.#judgeGet(asking);
  }

  #judgeGet(asking: Asking): Verdict {
    const url = new URL(asking.url);
    const token = url.searchParams.get(TOKEN);
    url.searchParams.delete(TOKEN);
    const to = `${this.#ports.origin}${url.pathname}${url.search}`;
    if (token !== null && this.#isToken(token)) return this.#enter(to);
    const from = asking.headers.get('sec-fetch-site');
    if (from === 'cross-site' || from === 'same-site') {
      if (asking.headers.get('sec-fetch-dest') === 'document') return { kind: 'led', to };
      return { kind: 'refused', status: 403, why: 'another website asked for it' };
    }
    return this.#known(asking) ?? { kind: 'stranger', to, hadToken: token !== null };
  }

  #judgePost(asking: Asking): Verdict {
    const { origin } = this.#ports;
    const from = asking.headers.get('sec-fetch-site');
    if (asking.headers.get('origin') !== origin || (from !== null && from !== 'same-origin'))
      return { kind: 'refused', status: 403, why: 'another website sent it' };
    const type = asking.headers.get('content-type') ?? '';
    if (type.split(';', 1)[0]?.trim() !== 'application/x-www-form-urlencoded')
      return { kind: 'refused', status: 415, why: 'it takes forms alone' };
    return this.#known(asking) ?? { kind: 'stranger', to: `${origin}/`, hadToken: false };
  }

  /** Lets a browser in that brings the token by the form of the page for strangers. */
  enterWith(token: string, to: string): Outside {
    const isOurs = to.startsWith(`${this.#ports.origin}/`);
    const there = isOurs ? to : `${this.#ports.origin}/`;
    return this.#isToken(token) ? this.#enter(there) : { kind: 'stranger', to: there, hadToken: true };
  }

  #enter(to: string): Outside {
    const session = this.#ports.secret();
    this.#sessions.add(session);
    this.#token = this.#ports.secret();
    this.#ports.announce(this.startUrl);
    return { kind: 'enter', cookie: `${this.#cookie}=${session}; HttpOnly; SameSite=Strict; Path=/`, to };
  }

  #isToken(token: string): boolean {
    return isSame(token, this.#token);
  }

  #known({ headers }: Asking): Verdict | undefined {
    const cookies = (headers.get('cookie') ?? '').split(';').map((cookie) => cookie.trim());
    const ours = cookies.filter((cookie) => cookie.startsWith(`${this.#cookie}=`));
    const session = ours
      .map((cookie) => cookie.slice(this.#cookie.length + 1))
      .find((id) => this.#sessions.has(id));
    return session === undefined ? undefined : { kind: 'pass', session };
  }

  /**
   * Seals what a confirmation shows: only that can be sent, by the same browser, once, and for ten minutes.
   *
   * @param what the act with all that it needs
   */
  seal(session: string, what: string): string {
    const until = this.#ports.now() + SEAL_LIFE;
    return `${until}.${this.#macOf(session, what, until)}`;
  }

  /** Why a seal does not hold; undefined where it does, and then it is used up. */
  sealProblem(session: string, what: string, seal: string): string | undefined {
    const now = this.#ports.now();
    for (const [used, until] of this.#used) if (until < now) this.#used.delete(used);
    const [until = '', mac = ''] = seal.split('.', 2);
    if (!isSame(mac, this.#macOf(session, what, Number(until))))
      return 'it is not what the confirmation showed';
    if (Number(until) < now) return 'its confirmation is older than ten minutes';
    if (this.#used.has(mac)) return 'it was sent before';
    this.#used.set(mac, Number(until));
    return undefined;
  }

  #macOf(session: string, what: string, until: Instant): string {
    return createHmac('sha256', this.#key).update(`${session}\n${until}\n${what}`).digest('base64url');
  }
}

/** Compares in a time that tells nothing. */
function isSame(sent: string, expected: string): boolean {
  const [left, right] = [Buffer.from(sent), Buffer.from(expected)];
  return left.length === right.length && timingSafeEqual(left, right);
}
