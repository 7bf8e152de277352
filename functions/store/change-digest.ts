import { commit, type Writing } from './commit.ts';
import { type DigestRecord, digestWrite, loadDigest } from './digests.ts';

/**
 * The one way to change a digest: reads it, lets `change` say what is to become of it, and stores that over the
 * revision that was read. The scanner checks it until it is applied. Decided again where it changed meanwhile.
 *
 * @param change undefined where the digest is to stay as it is
 * @returns the digest as it is stored then; undefined where it stays or is not known
 * @throws TableBusy as `commit` does
 */
export function changeDigest<Changed extends DigestRecord>(
  writing: Writing,
  id: string,
  change: (digest: DigestRecord) => Changed | undefined,
): Promise<Changed | undefined> {
  return commit(writing, `digest ${id}`, async () => {
    const digest = await loadDigest(writing.table, id);
    const next = digest && change(digest);
    if (!next) return { value: undefined };
    // Where the index has it since it was claimed: moving it would bill two writes.
    const plan = next.applied ? { doneAt: writing.clock.now() } : { lookAt: digest.leaseUntil };
    const write = digestWrite(next, plan);
    return { writes: [write], value: { ...next, rev: next.rev + 1 } };
  });
}
