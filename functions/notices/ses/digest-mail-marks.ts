/** The SES message tag that carries the digest id: configuration-set events bring it back. */
export const DIGEST_TAG = 'digest';

/** The header that carries it, too: identity notifications have no tags. */
export const DIGEST_HEADER = 'X-Taskwarden-Digest';

/** What a digest id may be: the characters of an SES tag. */
export const DIGEST_ID = /^[A-Za-z0-9_-]{1,64}$/;
