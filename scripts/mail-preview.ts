import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LANGUAGES } from '../emails/languages.ts';
import { renderDigest } from '../functions/notices/render/render.ts';
import { renderReport } from '../functions/notices/render/render-report.ts';
import { escapeHtml } from '../functions/platform/escape.ts';
import { allSamples, emlOf } from './mail-samples.ts';
import { REPORT_EDGES, sampleReport } from './report-samples.ts';

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

function write(name: string, { subject, html, text }: { subject: string; html: string; text: string }): void {
  const file = join(FOLDER, name);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(`${file}.html`, html);
  writeFileSync(`${file}.txt`, text);
  rows.push({ name, subject, bytes: Buffer.byteLength(html) });
}

for (const { name, facts } of allSamples()) {
  const mail = renderDigest(facts);
  write(name, mail);
  writeFileSync(join(FOLDER, `${name}.eml`), await emlOf(facts, mail));
}
for (const language of LANGUAGES) {
  for (const edge of REPORT_EDGES)
    write(`${language}/weekly/${edge}`, renderReport(sampleReport(language, edge)));
}
writeFileSync(join(FOLDER, 'index.html'), indexOf(rows));
const largest = rows.reduce((most, row) => (row.bytes > most.bytes ? row : most));
process.stdout.write(
  `${rows.length} mails in ${join(FOLDER, 'index.html')}\n` +
    `largest HTML: ${largest.name}, ${largest.bytes} bytes\n`,
);
