import * as z from 'zod/mini';

/** How mails and the owner's page look like those of the platform that sends them. */
export interface Brand {
  name: string;
  /** Of the button: `#0b57d0`. */
  colour: string;
  /** The https URL of a picture, on a host that the configuration allows. */
  logo?: string;
}

/** Where nothing is configured. */
export const BRAND: Brand = { name: 'Taskwarden', colour: '#0b57d0' };

/** White, or black where it reads better on a colour (the relative luminance of WCAG 2). */
export function inkOn(colour: string): '#ffffff' | '#000000' {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => linear(colour.slice(at, at + 2)));
  const luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  // At this luminance black and white have the same contrast.
  return luminance > 0.179 ? '#000000' : '#ffffff';
}

function linear(hex: string): number {
  const part = Number.parseInt(hex, 16) / 255;
  return part <= 0.040_45 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
}

const written = () =>
  z.object({
    name: z.string().check(z.minLength(1), z.maxLength(80)),
    colour: z.string().check(z.regex(/^#[0-9a-f]{6}$/)),
    logo: z.optional(z.string().check(z.regex(/^https:\/\/[a-z0-9.-]+\/[^\s<>"']*$/))),
  });

/** As `readBrand` reads it. */
export function writtenBrand({
  name,
  colour,
  logo,
}: { [Part in keyof Brand]: Brand[Part] | undefined }): string {
  return JSON.stringify({ name, colour, logo });
}

/**
 * The brand as a function's environment has it.
 * @throws Error where it is none
 */
export function readBrand(text: string): Brand {
  const { name, colour, logo } = z.parse(written(), JSON.parse(text));
  return { name, colour, ...(logo === undefined ? {} : { logo }) };
}
