import { crc32 } from 'node:zlib';
import {
  GetAliasCommand,
  GetFunctionCommand,
  PublishVersionCommand,
  UpdateAliasCommand,
  UpdateEventSourceMappingCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { LIVE_ALIAS } from '../../functions/platform/names.ts';
import type { QueueName, Worker } from '../../functions/platform/queues.ts';
import type { LocalStage } from '../../local/stage.ts';

/** What a deployment of a worker is to have. */
export interface Broken {
  /** The whole of its code, as a module; what is deployed stays where it says nothing. */
  code?: string;
  /** Options of its Node. */
  nodeOptions?: string;
}

/** Deploys a worker broken, as a new version that is live; gives what rolls it back to the version before. */
export async function deployBroken(
  { aws: { lambda }, deployment }: LocalStage,
  worker: Worker,
  { code, nodeOptions }: Broken,
): Promise<() => Promise<void>> {
  const FunctionName = deployment.functions[worker].replace(/:[^:]+$/, '');
  const Name = LIVE_ALIAS;
  const { FunctionVersion } = await lambda.send(new GetAliasCommand({ FunctionName, Name }));
  const deployed = await lambda.send(new GetFunctionCommand({ FunctionName }));
  const { Handler = 'index.handler', Environment } = deployed.Configuration ?? {};
  const sound = await codeAt(deployed.Code?.Location);
  const change = async (zip: Buffer, variables: Record<string, string>) => {
    await lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile: zip }));
    const Variables = { ...Environment?.Variables, ...variables };
    await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Environment: { Variables } }));
  };
  await change(
    code === undefined ? sound : zipOf(`${Handler.split('.')[0]}.mjs`, code),
    nodeOptions === undefined ? {} : { NODE_OPTIONS: nodeOptions },
  );
  const { Version } = await lambda.send(new PublishVersionCommand({ FunctionName }));
  await lambda.send(new UpdateAliasCommand({ FunctionName, Name, FunctionVersion: Version }));
  return async () => {
    await lambda.send(new UpdateAliasCommand({ FunctionName, Name, FunctionVersion }));
    // What is not published yet is what the next deployment begins with.
    await change(sound, {});
  };
}

/** Has the worker of a queue get no more messages; gives what ends that. */
export async function pauseQueue(
  { aws: { lambda }, deployment }: LocalStage,
  queue: QueueName,
): Promise<() => Promise<void>> {
  const UUID = deployment.queues[queue].mapping;
  const enable = (Enabled: boolean) => lambda.send(new UpdateEventSourceMappingCommand({ UUID, Enabled }));
  await enable(false);
  return async () => {
    await enable(true);
  };
}

async function codeAt(location: string | undefined): Promise<Buffer> {
  const answer = await fetch(location ?? '');
  if (!answer.ok) throw new Error(`the code that is deployed cannot be had: ${answer.status}`);
  return Buffer.from(await answer.arrayBuffer());
}

/** A zip file with one file in it, stored as it is (APPNOTE.TXT 4.3). */
function zipOf(name: string, text: string): Buffer {
  const data = Buffer.from(text);
  const file = Buffer.from(name);
  const sizes = Buffer.alloc(16);
  sizes.writeUInt32LE(crc32(data), 0);
  sizes.writeUInt32LE(data.length, 4);
  sizes.writeUInt32LE(data.length, 8);
  sizes.writeUInt16LE(file.length, 12);
  const common = Buffer.concat([Buffer.from([20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0x58]), sizes]);
  const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, file, data]);
  const central = Buffer.concat([
    Buffer.from('PK\x01\x02'),
    Buffer.from([20, 0]),
    common,
    Buffer.alloc(14),
    file,
  ]);
  // Readable by everybody: the attributes of Unix are the upper half.
  central.writeUInt32LE(0o100644 * 0x10000, 38);
  central[5] = 3;
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(local.length, 16);
  return Buffer.concat([local, central, end]);
}
