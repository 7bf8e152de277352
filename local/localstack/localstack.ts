import { join } from 'node:path';
import { DYNAMODB_LOCAL, fetchDynamoDbLocal } from '../dynamodb-local.ts';
import { makePythonEnvironment } from '../emulator-install.ts';
import type { EmulatorProgram, Installed } from '../emulator-program.ts';
import { ROOT } from '../local-aws.ts';
import { keptMailbox } from '../mailbox.ts';
import { findJava } from '../maven-jars.ts';
import { LocalProblem } from '../progress.ts';
import { findPython, missingForLocalStack } from './missing.ts';

const NAME = 'localstack-4.14.0';
const START = join(import.meta.dirname, 'start.py');

/** What the two stacks, the CDK and the command line use; anything else is refused. */
const SERVICES = [
  ...[
    'cloudformation',
    'cloudwatch',
    'dynamodb',
    'events',
    'iam',
    'kms',
    'lambda',
    'logs',
    's3',
    'scheduler',
  ],
  ...['secretsmanager', 'ses', 'sns', 'sqs', 'ssm', 'sts'],
];

/** Real LocalStack without Docker, at its last release that asks for no token. */
export const localstack: EmulatorProgram = {
  usualPort: 4599,
  mark: START,
  startWithinMs: 180_000,
  // Nothing of it is kept, and it takes its time to end.
  stopWithinMs: 2_000,
  async install(say) {
    const missing = missingForLocalStack();
    if (missing.length > 0) throw new LocalProblem(`LocalStack cannot run here: ${missing.join(', ')}`);
    const python = await makePythonEnvironment(say, {
      name: NAME,
      takes: 'about two minutes, 550 MB',
      python: findPython() ?? '',
      needs: 'LocalStack needs Python 3.13 with its venv module',
      requirements: join(import.meta.dirname, 'requirements.txt'),
      fromSource: {
        packages: ['airspeed-ext', 'crontab', 'jsonpath-rw', 'localstack-ext'],
        buildRequirements: join(import.meta.dirname, 'build-requirements.txt'),
      },
    });
    const problem = fetchDynamoDbLocal();
    if (problem !== undefined) throw new LocalProblem(`LocalStack cannot run here: ${problem}`);
    return { command: python, args: [START], variables };
  },
  openMailbox: async (endpoint) => keptMailbox(endpoint),
};

const variables: Installed['variables'] = ({ port, temporary }) => ({
  HOME: temporary,
  FILESYSTEM_ROOT: temporary,
  // In a container it would take itself for its own image.
  OVERRIDE_IN_DOCKER: '0',
  GATEWAY_LISTEN: `127.0.0.1:${port}`,
  LOCALSTACK_HOST: `localhost:${port}`,
  SQS_ENDPOINT_STRATEGY: 'path',
  DNS_ADDRESS: '0',
  SERVICES: SERVICES.join(','),
  // The first deployment does not wait for each service to be loaded.
  EAGER_SERVICE_LOADING: '1',
  LAMBDA_RUNTIME_ENVIRONMENT_TIMEOUT: '60',
  DYNAMODB_IN_MEMORY: '1',
  // It asks nothing of the outside, and tells it nothing.
  DISABLE_EVENTS: '1',
  SKIP_SSL_CERT_DOWNLOAD: '1',
  ACTIVATE_PRO: '0',
  // Each request is a line otherwise, and the lines of functions are lost among them.
  LS_LOG: 'warning',
  PYTHONDONTWRITEBYTECODE: '1',
  NODE: join(ROOT, 'node_modules', '.bin', 'node'),
  DYNAMODB_LOCAL: join(DYNAMODB_LOCAL, 'lib'),
  JAVA_HOME: findJava().home,
});
