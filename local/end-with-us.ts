import { type ChildProcess, spawn } from 'node:child_process';

/** Reads until whoever could write is gone, however they went; then ends what they left. */
const GUARD = 'read -r _; kill -9 "$1" 2> /dev/null; [ -z "$2" ] || rm -rf -- "$2"';

/**
 * Has a child end with this process, also where that is killed (SIGKILL) and can do nothing about it itself.
 *
 * @param left `isGroup`: the child leads a group of processes, which end with it; `folder`: goes then, too
 */
export function endWithUs(child: ChildProcess, left: { isGroup?: boolean; folder?: string } = {}): void {
  if (child.pid === undefined) return;
  const ended = `${left.isGroup ? '-' : ''}${child.pid}`;
  const guard = spawn('sh', ['-c', GUARD, 'end-with-us', ended, left.folder ?? ''], {
    // Ctrl-C on a terminal ends its whole group, and the guard would be gone before us.
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  guard.unref();
  // A process that has the same id later is not ours.
  child.once('exit', () => {
    guard.kill('SIGKILL');
    guard.stdin.destroy();
  });
}
