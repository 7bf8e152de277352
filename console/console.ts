import type { Operator } from '../cli/operator.ts';
import type { OpenedStage } from '../cli/stage.ts';
import type { System } from '../functions/platform/system.ts';
import type { Fleet } from './fleet.ts';
import type { Html } from './parts.ts';

/** What the pages of the console stand on. */
export interface Console {
  stage: OpenedStage;
  system: System;
  /** Whom the audit names; asked by what writes. */
  operator: Operator;
  /** Whether anything may be changed (`--allow-changes`). */
  allowsChanges: boolean;
  fleet: Fleet;
  env: Readonly<Record<string, string | undefined>>;
}

/** What a page says. */
export interface Page {
  title: string;
  body: Html;
  /** @default 200 */
  status?: number;
}

/** A page that is asked by its address. */
export interface PageKind {
  path: string;
  /** Its name in the menu; absent: it is not in it. */
  menu?: string;
  show: (at: Console, query: URLSearchParams) => Promise<Page>;
}

/** What is given to an act, by name; what is not given is empty. */
export type Given = Readonly<Record<string, string>>;

/** What an act will do, for who is asked whether they mean it. */
export type Confirmation =
  | {
      title: string;
      body: Html;
      /** What is typed beside: its fields. */
      asks?: Html;
      /** What the button says. */
      button: string;
      /** What is done then: only this can be sent. */
      given: Given;
      /** It disables something, or lets it be. */
      isCareful?: boolean;
    }
  | { refused: string };

/** What came of it. */
export type Acted = { done: readonly string[] } | { refused: string };

/** Something that can be done on the console. */
export interface Act {
  /** In its address: `/act/<name>`. */
  name: string;
  /** What it is given. */
  fields: readonly string[];
  /** What is typed into its confirmation, by name; `problem` says what is wrong with it, before anything is done. */
  typed?: { names: readonly string[]; problem: (at: Console, typed: Given) => string | undefined };
  confirm: (at: Console, given: Given) => Promise<Confirmation>;
  /** `given`: what was confirmed, and what was typed. */
  act: (at: Console, given: Given) => Promise<Acted>;
}
