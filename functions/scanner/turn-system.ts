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
    <Given extends unknown[], Answer>(call: (...given: Given) => Promise<Answer>) =>
    async (...given: Given): Promise<Answer> => {
      if (isOver()) throw new TurnOver(`the turn of ${generator} is over`);
      return call(...given);
    };
  return {
    ...system,
    table: {
      get: guarded((...given) => table.get(...given)),
      batchGet: guarded((...given) => table.batchGet(...given)),
      query: guarded((...given) => table.query(...given)),
      transact: guarded((...given) => table.transact(...given)),
      scan: guarded((...given) => table.scan(...given)),
    },
    queues: { send: guarded((...given) => queues.send(...given)) },
    mailer: { send: guarded((...given) => mailer.send(...given)) },
    ...(topics && { topics: { publish: guarded((...given) => topics.publish(...given)) } }),
    events: { publish: guarded((...given) => events.publish(...given)) },
    operators: { tell: guarded((...given) => operators.tell(...given)) },
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
