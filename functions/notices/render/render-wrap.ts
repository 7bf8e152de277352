const COLUMNS = 74;
const NAME = /^[*-] /;

/**
 * Breaks lines at spaces to at most 74 columns, each part indented as its line; a longer word has a line of its
 * own, and names (`* ` or `- ` before them) are never broken.
 */
export function wrapLines(text: string): string {
  return text
    .split('\n')
    .map((line) => (line.length <= COLUMNS || NAME.test(line) ? line : wrap(line)))
    .join('\n');
}

function wrap(paragraph: string): string {
  const indent = paragraph.startsWith('  ') ? '  ' : '';
  const lines: string[] = [];
  let line = '';
  for (const word of paragraph.slice(indent.length).split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && indent.length + longer.length > COLUMNS) {
      lines.push(line);
      line = word;
    } else {
      line = longer;
    }
  }
  lines.push(line);
  return lines.map((each) => indent + each).join('\n');
}
