import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { makePythonEnvironment } from '../../local/emulator-install.ts';
import { childEnvironment, LOCAL_FOLDER, ROOT } from '../../local/local-aws.ts';
import { choosePort } from '../../local/ports.ts';
import { say } from '../../local/progress.ts';

const WITHIN_MS = 30_000;

/** moto: others' reading of the protocols of ECS and of Application Auto Scaling, beside MiniStack's. */
export interface Moto {
  endpoint: string;
  /** Forgets all that was made. */
  reset(): Promise<void>;
  stop(): Promise<void>;
}

/** Installs it under `.local/` where it is missing, and starts it. Tasks of its services run. */
export async function startMoto(): Promise<Moto> {
  await mkdir(LOCAL_FOLDER, { recursive: true });
  const python = await makePythonEnvironment(say, {
    name: 'moto-5.2.5',
    takes: 'about 20 s',
    python: 'python3',
    needs: 'Python 3.10 or newer with its venv module is needed',
    requirements: join(ROOT, 'scripts', 'moto-requirements.txt'),
  });
  const port = await choosePort(undefined, 5_555);
  const endpoint = `http://127.0.0.1:${port}`;
  const home = await mkdtemp(join(tmpdir(), 'taskwarden-moto-'));
  const child = spawn(python, ['-B', '-m', 'moto.server', '-H', '127.0.0.1', '-p', String(port)], {
    cwd: home,
    stdio: 'ignore',
    env: { ...childEnvironment({}), HOME: home, MOTO_ECS_SERVICE_RUNNING: '2' },
  });
  const stop = async () => {
    const over = new Promise((resolve) => child.once('exit', resolve));
    if (child.exitCode === null && child.signalCode === null && child.kill()) await over;
    await rm(home, { recursive: true, force: true });
  };
  const reset = async () => {
    const { ok } = await fetch(`${endpoint}/moto-api/reset`, { method: 'POST' });
    if (!ok) throw new Error('moto cannot be reset');
  };
  for (const giveUpAt = performance.now() + WITHIN_MS; ; await setTimeout(100)) {
    if (
      await reset().then(
        () => true,
        () => false,
      )
    )
      return { endpoint, reset, stop };
    if (performance.now() < giveUpAt && child.exitCode === null) continue;
    await stop();
    throw new Error('moto did not start');
  }
}
