import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderDigest } from '../functions/notices/render/render.ts';
import { escapeHtml } from '../functions/platform/escape.ts';
import { allSamples, emlOf } from './mail-samples.ts';

/** Writes every wording with every edge as files to look at, and a page that leads to them. */
const FOLDER = join(import.meta.dirname, '..', '.local', 'mails');

interface Row {
  name: string;
  subject: string;
  bytes: number;
}

function indexOf(rows: Row[]): string {
  const lines = rows.map(({ name, subject, bytes }) => {
    const links = ['html', 'txt', 'eml'].map((kind) => `<a href="${name}.${kind}">${kind}</a>`).join(' ');
    const size = `${(bytes / 1_000).toFixed(1)} kB`;
    return `<tr><td>${name}<td>${links}<td align="right">${size}<td>${escapeHtml(subject)}</tr>`;
  });
  const style = 'body{font:14px system-ui,sans-serif}td{padding:2px 12px 2px 0;vertical-align:top}';
  return (
    `<!doctype html>\n<meta charset="utf-8">\n<title>Mails</title>\n<style>${style}</style>\n` +
    `<h1>Mails</h1>\n<table>\n${lines.join('\n')}\n</table>\n`
  );
}

rmSync(FOLDER, { recursive: true, force: true });
const rows: Row[] = [];
for (const { name, facts } of allSamples()) {
  const mail = renderDigest(facts);
  const file = join(FOLDER, name);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(`${file}.html`, mail.html);
  writeFileSync(`${file}.txt`, mail.text);
  writeFileSync(`${file}.eml`, await emlOf(facts, mail));
  rows.push({ name, subject: mail.subject, bytes: Buffer.byteLength(mail.html) });
}
writeFileSync(join(FOLDER, 'index.html'), indexOf(rows));
const largest = rows.reduce((most, row) => (row.bytes > most.bytes ? row : most));
process.stdout.write(
  `${rows.length} mails in ${join(FOLDER, 'index.html')}\n` +
    `largest HTML: ${largest.name}, ${largest.bytes} bytes\n`,
);
