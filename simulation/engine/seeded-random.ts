import type { Instant } from '../../functions/abandonment/time.ts';
import type { Random } from '../../functions/platform/ports.ts';

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const TIME_CHARACTERS = 10;
const CHARACTERS_PER_DRAW = 6;

/** Chance that is the same for the same seed (mulberry32). */
export class SeededRandom implements Random {
  #state: number;
  #ids = 0;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  }

  /** A whole number in [0, below). */
  below(below: number): number {
    return Math.floor(this.next() * below);
  }

  id(now: Instant): string {
    this.#ids += 1;
    return encode(now, TIME_CHARACTERS) + encode(this.#ids, 4) + this.#letters() + this.#letters();
  }

  #letters(): string {
    return encode(this.below(32 ** CHARACTERS_PER_DRAW), CHARACTERS_PER_DRAW);
  }
}

function encode(value: number, characters: number): string {
  let text = '';
  let rest = value;
  for (let index = 0; index < characters; index += 1) {
    text = ALPHABET.charAt(rest % 32) + text;
    rest = Math.floor(rest / 32);
  }
  return text;
}
