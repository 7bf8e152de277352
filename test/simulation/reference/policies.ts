import { type Days, type Hours, type Json, milliseconds, scopesOf } from './facts.ts';

/** The policy of one task, as docs/configuration.md names its keys; lengths in milliseconds. */
export interface Policy {
  stage: 'detect' | 'notify' | 'disable';
  warnAfter: number;
  disableAfter: number;
  reminders: number[];
  publicationVeto: number;
  aliveStatuses: string[];
  recoveryMail: boolean;
  keepMax: number;
  minHealthy: number;
  escalateAt: number | null;
  stillOff: number | null;
  quietHours: Hours | null;
  quietDays: Days | null;
}

const DEFAULTS: Json = {
  stage: 'detect',
  warnAfter: '14d',
  disableAfter: '7d',
  reminders: ['3d', '1d'],
  publicationVeto: '14d',
  aliveStatuses: ['PRIMARY'],
  recoveryMail: false,
  keepMax: '90d',
  minHealthy: '0s',
  escalateAt: null,
  stillOff: null,
  quietHours: null,
  quietDays: null,
  digestEvery: '1h',
  blastRadius: {},
  correlatedShare: 0.5,
  correlatedWindow: '1h',
};

/** Policies by scope as written, and what they come to for a task. */
export class Policies {
  readonly #documents = new Map<string, Json>();

  set(scope: string, leaves: Json): void {
    this.#documents.set(scope, { ...this.#documents.get(scope), ...leaves });
  }

  of(id: string): Policy {
    const merged: Json = { ...DEFAULTS };
    for (const scope of ['', ...scopesOf(id)]) {
      for (const [key, value] of Object.entries(this.#documents.get(scope) ?? {}))
        merged[key] = value ?? DEFAULTS[key];
    }
    const length = (key: string) => milliseconds(merged[key]);
    return {
      ...(merged as unknown as Policy),
      warnAfter: length('warnAfter'),
      disableAfter: length('disableAfter'),
      reminders: (merged.reminders as string[]).map(milliseconds),
      publicationVeto: length('publicationVeto'),
      keepMax: length('keepMax'),
      minHealthy: length('minHealthy'),
      escalateAt: merged.escalateAt === null ? null : length('escalateAt'),
      stillOff: merged.stillOff === null ? null : length('stillOff'),
    };
  }

  global(key: string): unknown {
    return this.#documents.get('')?.[key] ?? DEFAULTS[key];
  }

  get blastRadius(): { perRun: number; perDay: number; share: number; shareFloor: number } {
    const usual = { perRun: 50, perDay: 200, share: 0.1, shareFloor: 10 };
    return { ...usual, ...(this.global('blastRadius') as object) };
  }
}
