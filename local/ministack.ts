import { join } from 'node:path';
import { makePythonEnvironment } from './emulator-install.ts';
import type { EmulatorProgram } from './emulator-program.ts';
import { awsVariables, REGION, ROOT } from './local-aws.ts';
import { MailSink } from './mail-sink.ts';
import { relayedMails } from './mailbox.ts';

const NAME = 'ministack-1.5.33';
const START = join(import.meta.dirname, 'ministack', 'start.py');

/** MiniStack, the default: it needs Python and nothing else. */
export const ministack: EmulatorProgram = {
  usualPort: 4566,
  mark: START,
  startWithinMs: 20_000,
  stopWithinMs: 5_000,
  async install(say) {
    const python = await makePythonEnvironment(say, {
      name: NAME,
      takes: 'about 20 s',
      python: 'python3',
      needs: 'Python 3.10 or newer with its venv module is needed (Debian, Ubuntu: apt install python3-venv)',
      requirements: join(ROOT, 'scripts', 'emulator-requirements.txt'),
    });
    return {
      command: python,
      args: ['-B', START],
      variables: ({ port }) => ({
        GATEWAY_PORT: String(port),
        BIND_HOST: '127.0.0.1',
        IOT_MTLS_ENABLED: '0',
        MINISTACK_REGION: REGION,
        ...awsVariables(`http://127.0.0.1:${port}`),
      }),
    };
  },
  async openMailbox(endpoint) {
    const sink = await MailSink.open();
    return {
      variables: { SMTP_HOST: `127.0.0.1:${sink.port}` },
      readMails: relayedMails(endpoint, sink),
      onMail: (listener) => sink.onMail(listener),
      close: () => sink.close(),
    };
  },
};
