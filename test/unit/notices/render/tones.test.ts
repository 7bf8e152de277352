import { describe, expect, it } from 'vitest';
import { GROUPS, type Group } from '../../../../emails/wordings.ts';
import { tonesOf } from '../../../../functions/notices/render/tones.ts';

/** The relative luminance of a colour (WCAG 2). */
function luminance(colour: string): number {
  const parts = /^#(..)(..)(..)$/.exec(colour)?.slice(1) ?? [];
  const [red = Number.NaN, green = Number.NaN, blue = Number.NaN] = parts.map((hex) => {
    const part = Number.parseInt(hex, 16) / 255;
    return part <= 0.040_45 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(colour: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(colour), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

const COLOURED = ['due', 'still-off', 'withdrawn', 'failing', 'enabled', 'recovered'];

describe('the colours of a mail', () => {
  it.each(GROUPS)('%s: its heading has one where it alarms or calms, and nothing else has', (group) => {
    const tones = tonesOf([group]);
    expect(tones.map(({ of }) => of)).toEqual(
      COLOURED.includes(group) ? [group === 'due' ? '.due h2,.due b' : `.${group} h2`] : [],
    );
    for (const { light, dark } of tones) {
      expect(contrast(light, '#ffffff')).toBeGreaterThanOrEqual(4.5);
      expect(contrast(dark, '#16181c')).toBeGreaterThanOrEqual(4.5);
    }
  });

  it('are those of its groups alone, in their order', () => {
    const groups: Group[] = ['due', 'disabled', 'recovered'];
    expect(tonesOf(groups).map(({ of }) => of.slice(1, 4))).toEqual(['due', 'rec']);
    expect(tonesOf([])).toEqual([]);
  });

  it('tell what will be turned off from what is well again', () => {
    const [alarming, cautious, calm] = tonesOf(['due', 'failing', 'recovered']).map(({ light }) => light);
    expect(new Set([alarming, cautious, calm]).size).toBe(3);
  });
});
