import { testKafkaConnect } from './kafka-connect.ts';

const { passed, failed } = await testKafkaConnect();
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed > 0 ? 1 : 0;
