import { DAY } from './facts.ts';
import type { World } from './world.ts';

/** Operators are to be told with the next scan, and weekly while it lasts. */
export function raise(world: World, code: string, subject: string, lasts: () => boolean): void {
  world.alerts.set(`${code} ${subject}`, { alertedAt: null, lasts });
}

/** It is over, and told no more; what no scan has told yet is not news either. */
export function takeBack(world: World, code: string, subject: string): void {
  world.alerts.delete(`${code} ${subject}`);
}

/** The end of a scan: what is new is told, and each week again what lasts. */
export function alertOperators(world: World): void {
  for (const [name, alert] of world.alerts) {
    if (alert.alertedAt !== null && world.now - alert.alertedAt < 7 * DAY) continue;
    if (alert.alertedAt !== null && !alert.lasts()) {
      world.alerts.delete(name);
      continue;
    }
    alert.alertedAt = world.now;
    world.say(`operators ${name}`);
  }
}
