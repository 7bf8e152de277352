import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { onTestFinished } from 'vitest';
import { ROOT } from './pages.ts';

/** A copy of parts of the repository, in which a recipe is followed; it goes with the test. */
export class Scratch {
  readonly #folder = mkdtempSync(join(tmpdir(), 'taskwarden-recipe-'));

  /** @param parts folders and files, by their paths from the root */
  constructor(...parts: string[]) {
    onTestFinished(() => rmSync(this.#folder, { recursive: true, force: true }));
    for (const part of parts) cpSync(join(ROOT, part), join(this.#folder, part), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules'), join(this.#folder, 'node_modules'));
  }

  /** Adds a file. */
  add(path: string, text: string): void {
    writeFileSync(join(this.#folder, path), text);
  }

  /** Adds text to a file, behind the first place that reads so. */
  addBehind(path: string, place: string, text: string): void {
    const before = readFileSync(join(this.#folder, path), 'utf8');
    const at = before.indexOf(place);
    if (at < 0) throw new Error(`${path} has no ${place}`);
    const end = at + place.length;
    this.add(path, before.slice(0, end) + text + before.slice(end));
  }

  /** The module of a file, as the recipe left it. */
  load<Module>(path: string): Promise<Module> {
    return import(pathToFileURL(join(this.#folder, path)).href);
  }
}
