import { randomBytes } from 'node:crypto';
import type { Instant } from '../abandonment/time.ts';
import type { Random } from './ports.ts';

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** Real chance; ids are ULIDs: 10 characters of time, 16 of chance. */
export class RealRandom implements Random {
  next(): number {
    return randomBytes(4).readUInt32BE() / 0x1_0000_0000;
  }

  id(now: Instant): string {
    let time = '';
    for (let rest = now; time.length < 10; rest = Math.floor(rest / 32))
      time = ALPHABET.charAt(rest % 32) + time;
    return time + Array.from(randomBytes(16), (byte) => ALPHABET.charAt(byte % 32)).join('');
  }
}
