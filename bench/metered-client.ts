import { type ConsumedCapacity, DynamoDBClient } from '@aws-sdk/client-dynamodb';

/** What DynamoDB says it consumed. */
export class ConsumedMeter {
  reads = 0;
  writes = 0;

  reset(): void {
    this.reads = 0;
    this.writes = 0;
  }

  add(command: string, consumed: ConsumedCapacity): void {
    const units = consumed.CapacityUnits ?? 0;
    if (READS.test(command)) this.reads += units;
    else this.writes += units;
  }
}

const READS = /^(Get|BatchGet|Query|Scan)/;

/** A client of DynamoDB Local. */
export function localClient(endpoint: string): DynamoDBClient {
  const credentials = { accessKeyId: 'fakeid', secretAccessKey: 'fakesecret' };
  return new DynamoDBClient({ endpoint, region: 'eu-west-1', credentials, maxAttempts: 10 });
}

/** A client that asks for and adds up the capacity that each call consumed, indexes included. */
export function meteredClient(endpoint: string, meter: ConsumedMeter): DynamoDBClient {
  const client = localClient(endpoint);
  client.middlewareStack.add(
    (next, context) => async (args) => {
      Object.assign(args.input, { ReturnConsumedCapacity: 'INDEXES' });
      const answer = await next(args);
      const { ConsumedCapacity: consumed } = answer.output as {
        ConsumedCapacity?: ConsumedCapacity | ConsumedCapacity[];
      };
      for (const capacity of consumed === undefined ? [] : [consumed].flat()) {
        meter.add(context.commandName ?? '', capacity);
      }
      return answer;
    },
    { step: 'initialize', name: 'meterConsumedCapacity' },
  );
  return client;
}
