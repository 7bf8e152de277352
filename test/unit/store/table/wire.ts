import { type AttributeValue, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { DynamoDbTable, documentClient } from '../../../../functions/store/table/dynamodb-table.ts';
import type { TableTime } from '../../../../functions/store/table/expiry.ts';

/** One call as DynamoDB would get it. */
export interface Call {
  operation: string;
  // biome-ignore lint/suspicious/noExplicitAny: the body of any operation
  body: any;
}

/** What DynamoDB answers: a body, or an error by its name with what it says besides. */
export type Answer = Record<string, unknown>;

function responseOf({ error, ...answer }: Answer) {
  const body =
    error === undefined ? answer : { __type: `com.amazonaws.dynamodb.v20120810#${error}`, ...answer };
  return {
    statusCode: error === undefined ? 200 : 400,
    headers: { 'content-type': 'application/x-amz-json-1.0' },
    body: Buffer.from(JSON.stringify(body)),
  };
}

/** A client whose calls go nowhere: they are noted as they would be sent, and answered by `answer`. */
export function wire(answer: (call: Call) => Answer | Promise<Answer> = () => ({})) {
  const calls: Call[] = [];
  const requestHandler = {
    async handle({ headers, body }: { headers: Record<string, string>; body: Uint8Array }) {
      const operation = String(headers['x-amz-target']).replace(/^.*\./, '');
      const call = { operation, body: JSON.parse(Buffer.from(body).toString()) };
      calls.push(call);
      return { response: responseOf(await answer(call)) };
    },
  };
  const credentials = { accessKeyId: 'fakeid', secretAccessKey: 'fakesecret' };
  const client = new DynamoDBClient({
    region: 'eu-west-1',
    credentials,
    maxAttempts: 1,
    requestHandler: requestHandler as never,
  });
  const table = (time: TableTime = {}) => new DynamoDbTable(documentClient(client), 'tasks', time);
  return { client, calls, table };
}

/**
 * An expression with names and values in their places. Throws where DynamoDB would refuse it for its placeholders: one that
 * is used and not defined, or defined and not used.
 */
export function written(
  text: string,
  names: Record<string, string> = {},
  values: Record<string, unknown> = {},
) {
  const unused = new Set([...Object.keys(names), ...Object.keys(values)]);
  const inPlace = text.replaceAll(/[#:]\w+/g, (placeholder) => {
    unused.delete(placeholder);
    if (placeholder in names) return String(names[placeholder]);
    if (placeholder in values) return JSON.stringify(values[placeholder]);
    throw new Error(`${placeholder} is not defined`);
  });
  if (unused.size > 0) throw new Error(`${[...unused]} are not used`);
  return inPlace;
}

/** An expression of a call, and what else the call says but for its placeholders. */
export function readable({ ExpressionAttributeNames, ExpressionAttributeValues, ...body }: Call['body']) {
  const values = ExpressionAttributeValues as Record<string, AttributeValue> | undefined;
  if (values && Object.keys(values).length === 0) throw new Error('DynamoDB takes no empty values');
  const plain = values && unmarshall(values);
  const expressions = Object.entries(body).map(([name, part]) =>
    name.endsWith('Expression')
      ? [name, written(part as string, ExpressionAttributeNames, plain)]
      : [name, part],
  );
  return Object.fromEntries(expressions);
}
