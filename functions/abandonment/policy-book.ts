import type { EffectivePolicy, GlobalPolicy, PolicyDocument, ScopedPolicy } from './policy.ts';
import { type ParsedPolicy, parsePolicy } from './policy-parse.ts';
import { shown } from './policy-wording.ts';
import type { Mode } from './task.ts';
import { DAY, type Duration, HOUR, type Instant, MINUTE } from './time.ts';

/** What holds where nobody says otherwise (docs/rules.md#policy-keys). */
export const DEFAULTS: ScopedPolicy & GlobalPolicy = {
  mode: 'detect',
  warnAfter: 14 * DAY,
  disableAfter: 7 * DAY,
  reminders: [3 * DAY, DAY],
  publicationVeto: 14 * DAY,
  aliveStatuses: ['PRIMARY'],
  recoveryMail: false,
  keepMax: 90 * DAY,
  quietHours: null,
  quietDays: null,
  minHealthy: 0,
  escalateAt: null,
  failAfter: null,
  stopNotice: null,
  atDeadline: 'nothing',
  stillOff: null,
  scanEvery: 15 * MINUTE,
  digestEvery: HOUR,
  evidenceMaxAge: 24 * HOUR,
  silentAfter: 15 * MINUTE,
  correlatedShare: 0.5,
  correlatedWindow: HOUR,
  blastRadius: { perRun: 50, perDay: 200, share: 0.1, shareFloor: 10 },
  rampPerDay: 500,
  settleAfter: HOUR,
};

const DEFAULT_POLICY: EffectivePolicy = frozen({
  ...DEFAULTS,
  modeRaisedAt: null,
  source: Object.fromEntries(
    Object.keys(DEFAULTS)
      .filter((key) => key !== 'blastRadius')
      .concat(Object.keys(DEFAULTS.blastRadius).map((leaf) => `blastRadius.${leaf}`))
      .map((leaf) => [leaf, 'default']),
  ),
});

/** Scope -> when its mode last rose to `disable`. */
export type Raises = ReadonlyMap<string, Instant>;

/** Scope -> when its `failAfter` or `stopNotice` last changed. */
export type Moves = ReadonlyMap<string, Instant>;

/**
 * All policies, merged on demand: defaults, the global one, each prefix from the shortest, the task; leaf by
 * leaf, each leaf with the scope it came from. The answers are shared between tasks and frozen.
 */
export class PolicyBook {
  /** What holds where no prefix or task says otherwise. */
  readonly global: EffectivePolicy;
  /** With an empty one for a scope that says nothing any more, and of which only a raise is known. */
  readonly #documents: ReadonlyMap<string, ParsedPolicy>;
  readonly #raises: Raises;
  readonly #moves: Moves;
  readonly #scopes: readonly string[];
  /** By the narrowest scope that has a document: it determines all the wider ones. */
  readonly #effective = new Map<string, EffectivePolicy>();
  readonly #hasScopes: boolean;
  /**
   * When the table was last restored: what was observed before is to be observed anew (docs/rules.md#a-restored-table).
   */
  readonly restoredAt: Instant | undefined;

  /** @param documents scope (`` for the global one, a prefix, or a task id) -> its parsed policy */
  constructor(
    documents: ReadonlyMap<string, ParsedPolicy>,
    raises: Raises = new Map(),
    moves: Moves = new Map(),
    restoredAt?: Instant,
  ) {
    this.restoredAt = restoredAt;
    const noted = [...raises.keys(), ...moves.keys()].map((scope) => [scope, {}] as const);
    this.#documents = new Map([...noted, ...documents]);
    this.#raises = raises;
    this.#moves = moves;
    this.#scopes = [...documents.keys()].sort();
    const own = this.#documents.get('');
    this.global = own === undefined ? DEFAULT_POLICY : this.#overlaid(DEFAULT_POLICY, own, '');
    this.#hasScopes = this.#documents.size > (own === undefined ? 0 : 1);
  }

  /**
   * Reads stored documents, which were validated for their stage when they were written.
   *
   * @param documents scope -> policy as written, durations as text
   * @throws Error naming scope, key and reason where one is not valid
   */
  static fromDocuments(
    documents: ReadonlyMap<string, PolicyDocument>,
    raises?: Raises,
    moves?: Moves,
    restoredAt?: Instant,
  ): PolicyBook {
    const parsed = new Map<string, ParsedPolicy>();
    for (const [scope, document] of documents) {
      const result = parsePolicy(scope, document, { production: false, stored: true });
      if (!result.ok) {
        const reasons = result.problems.map(({ path, message }) => `${path} ${message}`.trim());
        throw new Error(`stored policy of scope ${shown(scope)} is not valid: ${reasons.join('; ')}`);
      }
      parsed.set(scope, result.policy);
    }
    return new PolicyBook(parsed, raises, moves, restoredAt);
  }

  /** What holds for a task, or for a prefix given with its slash. */
  for(taskId: string): EffectivePolicy {
    if (!this.#hasScopes) return this.global;
    return this.#documents.has(taskId) ? this.#ofScope(taskId) : this.#ofScope(this.#scopeAround(taskId));
  }

  /** The scopes that have a document, `` for the global one first, then in the order of their text. */
  scopes(): string[] {
    return [...this.#scopes];
  }

  /**
   * What is to be noted at a scope of when its mode last rose to `disable`, once its document says `mode` (null: the
   * default; undefined: nothing). A mode that is lowered and raised again is not the same, though no scan saw it
   * lower (promise 3).
   */
  raisedAt(scope: string, mode: Mode | null | undefined, now: Instant): Instant | null {
    const before = this.for(scope);
    const around = scope === '' ? DEFAULT_POLICY : this.#ofScope(this.#scopeAround(scope));
    const after = mode === undefined ? around.mode : (mode ?? DEFAULTS.mode);
    const isRaised = after === 'disable' && before.mode !== 'disable';
    // Later than the last one, whatever clock that was written by.
    if (isRaised) return Math.max(now, (before.modeRaisedAt ?? 0) + 1);
    return mode === undefined ? (this.#raises.get(scope) ?? null) : before.modeRaisedAt;
  }

  /**
   * The prefixes and tasks with a document whose effective `warnAfter` is below the global one: what can fire
   * there is not found by the global threshold.
   */
  lowerThresholdScopes(): { scope: string; warnAfter: Duration }[] {
    return this.scopes()
      .filter((scope) => scope !== '')
      .map((scope) => ({ scope, warnAfter: this.#ofScope(scope).warnAfter }))
      .filter(({ warnAfter }) => warnAfter < this.global.warnAfter);
  }

  /** The scopes whose effective policy disables tasks at a deadline that it never announces. */
  unannouncedScopes(): string[] {
    return ['', ...this.#scopes.filter((scope) => scope !== '')].filter((scope) => {
      const { atDeadline, stopNotice } = this.#ofScope(scope);
      return atDeadline === 'disable' && stopNotice === null;
    });
  }

  /** The narrowest prefix around a name, other than itself, that has a document; `` where none has. */
  #scopeAround(name: string): string {
    for (
      let slash = name.lastIndexOf('/', name.length - 2);
      slash > 0;
      slash = name.lastIndexOf('/', slash - 1)
    ) {
      const prefix = name.slice(0, slash + 1);
      if (this.#documents.has(prefix)) return prefix;
    }
    return '';
  }

  #ofScope(scope: string): EffectivePolicy {
    if (scope === '') return this.global;
    const cached = this.#effective.get(scope);
    if (cached !== undefined) return cached;
    const around = this.#ofScope(this.#scopeAround(scope));
    const policy = this.#overlaid(around, this.#documents.get(scope) ?? {}, scope);
    this.#effective.set(scope, policy);
    return policy;
  }

  /** Where a scope has a mode of its own, what rises around it does not concern it. */
  #overlaid(base: EffectivePolicy, document: ParsedPolicy, scope: string): EffectivePolicy {
    const own = this.#raises.get(scope) ?? null;
    const later = Math.max(own ?? 0, base.modeRaisedAt ?? 0);
    const modeRaisedAt = document.mode !== undefined ? own : later === 0 ? null : later;
    const moved = Math.max(this.#moves.get(scope) ?? 0, base.deadlinesMovedAt ?? 0);
    const noted = { modeRaisedAt, ...(moved === 0 ? {} : { deadlinesMovedAt: moved }) };
    return frozen({ ...overlaid(base, document, scope === '' ? 'global' : scope), ...noted });
  }
}

/** Takes the leaves of one document over; null takes a leaf back to the default, which is then its source. */
function overlaid(base: EffectivePolicy, document: ParsedPolicy, name: string): EffectivePolicy {
  const source = { ...base.source };
  const { blastRadius, ...plain } = document;
  const take = (path: string, value: unknown, byDefault: unknown): unknown => {
    source[path] = value === null ? 'default' : name;
    return value ?? byDefault;
  };
  const values: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(plain)) {
    if (value !== undefined) values[key] = take(key, value, DEFAULTS[key as keyof typeof DEFAULTS]);
  }
  const leaves: Record<string, number> = { ...base.blastRadius };
  for (const [leaf, byDefault] of Object.entries(DEFAULTS.blastRadius)) {
    const value = blastRadius === null ? null : blastRadius?.[leaf as keyof typeof blastRadius];
    if (value !== undefined) leaves[leaf] = take(`blastRadius.${leaf}`, value, byDefault) as number;
  }
  return { ...base, ...values, blastRadius: { ...base.blastRadius, ...leaves }, source };
}

function frozen(policy: EffectivePolicy): EffectivePolicy {
  for (const value of Object.values(policy)) Object.freeze(value);
  return Object.freeze(policy);
}
