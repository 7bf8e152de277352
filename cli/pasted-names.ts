import { asPasted } from '../functions/platform/foreign-words.ts';

/** Spaces, and what is not seen, as a copy takes them along from a mail, a page or a table. */
const AT_AN_END =
  /^[\p{White_Space}\p{Default_Ignorable_Code_Point}\uFFF9-\uFFFB\u2800]+|[\p{White_Space}\p{Default_Ignorable_Code_Point}\uFFF9-\uFFFB\u2800]+$/gu;

/** Arguments and options that are no names: paths, and words for people. */
const AS_TYPED = new Set(['file', 'html', 'reason']);

/**
 * A name (of a task, prefix, data plane, person, topic, mail) as it was before it was shown and copied. What is nothing
 * then stays as it is, to be refused: an empty scope would be all tasks.
 */
function nameAsPasted(text: string): string {
  return asPasted(text).replace(AT_AN_END, '') || text;
}

/** The value of an argument or option: a name as it was before it was copied, anything else as it was given. */
export function asNamed(name: string, value: unknown): unknown {
  return typeof value === 'string' && !AS_TYPED.has(name) ? nameAsPasted(value) : value;
}
