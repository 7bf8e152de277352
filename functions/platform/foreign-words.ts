/** Unicode's word joiner: without width or ink, and no line breaks at it. */
const JOINER = '\u2060';

/** A dot, as browsers read one in a host, before what may be the end of one: two letters, or anything behind `www`. */
const HOST_DOT = /(?<=[^\s/\\.。．｡])[.。．｡](?=\p{L}[\p{L}\p{M}])|(?<=\bwww)[.。．｡](?=\S)/giu;
const FOUR_NUMBERS = /(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])/g;
const SCHEME = /(?<=:)(?=\/\/)|(?<=\/)(?=\/)/g;
/** Schemes that mail programs link without slashes. */
const BARE_SCHEME =
  /(?<=\b(?:mailto|tel|sms|sips?|callto|skype|news|nntp|file|xmpp|magnet|facetime|onenote|outlook|ms-[a-z]+))(?=:)/gi;
/** A share of Windows, which Outlook links and opens with the reader's name and password. */
const SHARE = /(?<=\\)(?=\\)/g;

/**
 * A text that others wrote, as it may stand in a message that is signed by us: a word joiner breaks up whatever mail
 * programs would turn into a link. What looks like no host, address of the network or share is as it was, so that ids can be
 * copied; the joiner stands in no id (`asPasted`).
 */
export function unlinked(text: string): string {
  let broken = text;
  for (const place of [SCHEME, BARE_SCHEME, SHARE]) broken = broken.replace(place, JOINER);
  return broken
    .replace(HOST_DOT, joined)
    .replace(FOUR_NUMBERS, (numbers) => numbers.replaceAll('.', joined('.')));
}

/** Programs differ in the side of a dot from which they read a host. */
function joined(dot: string): string {
  return JOINER + dot + JOINER;
}

/** What was copied out of a message, as it was before `unlinked`. */
export function asPasted(text: string): string {
  return text.replaceAll(JOINER, '');
}

/** A mail address as it may stand in a message: one of plain characters may become a link to itself, and to no more. */
export function addressShown(address: string): string {
  return /^(?!www\.)[\w.+-]+@[\w.-]+$/i.test(address) ? address : unlinked(address);
}

/** In bytes a word could be an id of 512; a subject needs fewer. */
const LONGEST_WORD = 40;
const PLAIN_WORD = /^[\p{L}\p{N}][\p{L}\p{M}\p{N}_-]*$/u;

/** The last part of an id where it is one plain word of at most 40 characters; undefined where it is not. */
export function plainWordOf(id: string): string | undefined {
  const last = id.slice(id.lastIndexOf('/') + 1);
  return last.length <= LONGEST_WORD && PLAIN_WORD.test(last) ? last : undefined;
}
