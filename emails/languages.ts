/** The languages that mails are written in; the first is the one of whoever chose none. */
export const LANGUAGES = ['en', 'de'] as const;
export type Language = (typeof LANGUAGES)[number];
