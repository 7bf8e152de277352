/**
 * The language of the templates: `{{fact}}`, and `{{#facts one}}...{{/facts}}` for each of a list. Inside a list
 * `{{one}}` is the item itself where it is text; any other name is one of the item's facts.
 */
export interface Part {
  name: string;
  nodes: Node[];
}

type Node =
  | { is: 'text'; text: string }
  | { is: 'fact'; name: string }
  | { is: 'list'; name: string; part: Part };

const TAG = /\{\{(\w+)\}\}|\{\{#(\w+) (\w+)\}\}|\{\{\/(\w+)\}\}/g;
const TAG_ALONE_ON_ITS_LINE = /^[ \t]*(\{\{[#/][\w ]+\}\})[ \t]*\n/gm;

/** Reads a template; throws an Error that names the tag where one is unreadable, not opened or not closed. */
export function parseTemplate(source: string, name: string): Part {
  const text = source.replace(TAG_ALONE_ON_ITS_LINE, '$1');
  const root: Part = { name, nodes: [] };
  const outer: { list: string; part: Part }[] = [];
  let part = root;
  let list = '';
  let end = 0;
  for (const match of text.matchAll(TAG)) {
    const [tag, fact, opened, itemName, closed] = match;
    part.nodes.push({ is: 'text', text: plain(text.slice(end, match.index)) });
    end = match.index + tag.length;
    if (opened !== undefined && itemName !== undefined) {
      const item: Part = { name: itemName, nodes: [] };
      part.nodes.push({ is: 'list', name: opened, part: item });
      outer.push({ list, part });
      [list, part] = [opened, item];
    } else if (fact !== undefined) {
      part.nodes.push({ is: 'fact', name: fact });
    } else {
      const back = closed === list ? outer.pop() : undefined;
      if (!back) throw new Error(`${tag} closes what is not open`);
      ({ list, part } = back);
    }
  }
  part.nodes.push({ is: 'text', text: plain(text.slice(end)) });
  if (outer.length > 0) throw new Error(`{{#${list} ...}} is not closed`);
  return root;
}

function plain(text: string): string {
  const brace = text.search(/\{\{|\}\}/);
  if (brace >= 0) throw new Error(`not a tag: ${text.slice(brace, brace + 40)}`);
  return text;
}

/** How the functions of one kind of mail part are written. */
export interface Target {
  /** `Html`: what their names end with. */
  suffix: string;
  /** Whether every fact goes through an escape, which each function then takes. */
  escapes: boolean;
  /** The type of an item of a list, by the item's name. */
  types: Record<string, string>;
}

const literal = (text: string): string => text.replace(/[\\`]|\$(?=\{)/g, (found) => `\\${found}`);

/**
 * The TypeScript of a template: one function for it and one for the items of each list, each taking its item
 * by its type, so that a fact which the type has not does not compile.
 */
export function sourceOf({ name, nodes }: Part, target: Target): string {
  const { suffix, escapes, types } = target;
  const isText = nodes.some((node) => node.is === 'fact' && node.name === name);
  const type = isText ? 'string' : types[name];
  if (type === undefined) throw new Error(`{{#... ${name}}}: no type is known for ${name}`);
  const from = (fact: string): string => (fact === name ? name : `${name}.${fact}`);
  const escaped = (source: string): string => (escapes ? `safe(${source})` : source);
  const pieces = nodes.map((node) => {
    if (node.is === 'text') return literal(node.text);
    if (node.is === 'fact') return `\${${escaped(from(node.name))}}`;
    const item = node.part.name;
    const parameters = escapes ? `${item}, safe` : item;
    return `\${${from(node.name)}.map((${item}) => ${item}${suffix}(${parameters})).join('')}`;
  });
  const inner = nodes.flatMap((node) => (node.is === 'list' ? [sourceOf(node.part, target)] : []));
  const taken = `${name}: ${type}${escapes ? ', safe: Escape' : ''}`;
  return `${inner.join('')}export const ${name}${suffix} = (${taken}): string =>\n  \`${pieces.join('')}\`;\n\n`;
}
