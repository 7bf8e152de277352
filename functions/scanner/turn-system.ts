import type { Telemetry } from '../platform/ports.ts';
import type { System } from '../platform/system.ts';

/** A call of a generator whose turn was given up. */
class TurnOver extends Error {
  override readonly name = 'TurnOver';
}

/**
 * What a generator stands on in a turn: its name is on all that it logs and measures, and once the turn was given up it can
 * reach nothing any more, however long its promise lives on (in a function that is frozen, until the next tick and beyond).
 *
 * @param isOver whether the turn was given up
 */
export function systemOfTurn(system: System, generator: string, isOver: () => boolean): System {
  const { table, queues, mailer, events, operators, topics, openControlPlane: open } = system;
  const guarded =
    <Given extends unknown[], Answer>(call: (...request: Given) => Promise<Answer>) =>
    async (...request: Given): Promise<Answer> => {
      if (isOver()) throw new TurnOver(`the turn of ${generator} is over`);
      return call(...request);
    };
  return {
    ...system,
    table: {
      get: guarded((...request) => table.get(...request)),
      batchGet: guarded((...request) => table.batchGet(...request)),
      query: guarded((...request) => table.query(...request)),
      transact: guarded((...request) => table.transact(...request)),
      scan: guarded((...request) => table.scan(...request)),
    },
    queues: { send: guarded((...request) => queues.send(...request)) },
    mailer: { send: guarded((...request) => mailer.send(...request)) },
    ...(topics && { topics: { publish: guarded((...request) => topics.publish(...request)) } }),
    events: { publish: guarded((...request) => events.publish(...request)) },
    operators: { notify: guarded((...request) => operators.notify(...request)) },
    telemetry: namedTelemetry(system.telemetry, generator),
    ...(open && {
      openControlPlane: (settings) => {
        if (isOver()) throw new TurnOver(`the turn of ${generator} is over`);
        return open(settings);
      },
    }),
  };
}

function namedTelemetry(telemetry: Telemetry, generator: string): Telemetry {
  return {
    log: (level, message, properties) => telemetry.log(level, message, { generator, ...properties }),
    metric: (name, value, unit, properties) =>
      telemetry.metric(name, value, unit, { generator, ...properties }),
  };
}
