import type { Operator } from '../cli/operator.ts';
import type { OpenedStage } from '../cli/stage.ts';
import { RealClock } from '../functions/platform/real-clock.ts';
import { consoleApp } from './app.ts';
import { Fleet, readFleet } from './fleet.ts';
import { Guard } from './guard.ts';
import { serve } from './server.ts';

/** What a console is started with. */
export interface Starting {
  stage: OpenedStage;
  operator: Operator;
  allowsChanges: boolean;
  /** 0: any port that is free. */
  port: number;
  env: Readonly<Record<string, string | undefined>>;
  /** Hears the address at which one more browser can enter, each time one did. */
  announce?: (startUrl: string) => void;
}

/** A console that runs. */
export interface Started {
  /** Where the first browser enters, once. */
  startUrl: string;
  origin: string;
  close(): Promise<void>;
}

/**
 * Serves the operators' page of a stage on this machine (docs/console.md), with the credentials of whoever started it.
 *
 * @throws Error where the port is taken
 */
export async function startConsole(starting: Starting): Promise<Started> {
  const { stage, operator, allowsChanges, port, env, announce } = starting;
  const { system } = stage;
  const real = new RealClock();
  const now = () => real.now();
  const fleet = new Fleet((isWhole) => readFleet(system.table, system.clock.now(), isWhole), now);
  const at = { stage, system, operator, allowsChanges, fleet, env };
  let startUrl = '';
  const served = await serve(port, (origin) => {
    const guard = new Guard({ origin, now, ...(announce && { announce }) });
    startUrl = guard.startUrl;
    return consoleApp(at, guard);
  });
  return { startUrl, ...served };
}
