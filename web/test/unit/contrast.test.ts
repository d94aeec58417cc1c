import { equal } from './assert.ts';

const TOKENS = Deno.readTextFileSync(new URL('../../src/styles/tokens.css', import.meta.url));

/** The colours of a theme by their names; the dark one says only what is not as in the light one. */
function colours(theme: 'light' | 'dark'): Map<string, string> {
  const [light, dark] = TOKENS.split('[data-theme="dark"]');
  const found = new Map<string, string>();
  for (const block of theme === 'light' ? [light!] : [light!, dark!]) {
    for (const [, name, value] of block.matchAll(/--([\w-]+):\s*(#[0-9a-f]{3,6});/g)) found.set(name!, value!);
  }
  return found;
}

/** WCAG 2.1, relative luminance. */
function luminance(colour: string): number {
  const digits = colour.length === 4 ? colour.slice(1).replace(/./g, '$&$&') : colour.slice(1);
  const [red, green, blue] = [0, 2, 4].map((at) => {
    const part = parseInt(digits.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}

function contrast(a: string, b: string): number {
  const [dark, light] = [luminance(a), luminance(b)].sort((one, other) => one - other);
  return (light! + 0.05) / (dark! + 0.05);
}

const GROUNDS = ['bg', 'surface', 'surface-2', 'hover', 'side'];
const STATES = ['ok', 'bad', 'warn', 'run', 'idle'];
/** Ink on its ground, and the least that WCAG AA asks for: 4.5 for text, 3 for what shows where a control is. */
const PAIRS: [string, string, number][] = [
  ...['text', 'muted', 'faint'].flatMap((ink) => GROUNDS.map((ground): [string, string, number] => [ink, ground, 4.5])),
  ...['surface', 'bg', 'hover', 'accent-bg'].map((ground): [string, string, number] => ['accent', ground, 4.5]),
  ['accent-ink', 'accent', 4.5],
  ['accent-ink', 'accent-hover', 4.5],
  ['text', 'mark', 4.5],
  ['text', 'mark-now', 4.5],
  ...STATES.flatMap((state): [string, string, number][] => [[state, `${state}-bg`, 4.5], [state, 'surface', 4.5]]),
  ...['a0', 'a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'a7', 'code-keyword', 'code-operator'].map((
    ink,
  ): [string, string, number] => [ink, 'log-bg', 4.5]),
  ['focus', 'surface', 3],
  ['focus', 'bg', 3],
  ['field', 'surface', 3],
  ...STATES.map((state): [string, string, number] => [`${state}-fill`, 'surface', 3]),
];

Deno.test('contrast: text, states, fields and the mark of focus can be told from their ground, light and dark', () => {
  const poor = (['light', 'dark'] as const).flatMap((theme) => {
    const of = colours(theme);
    return PAIRS.flatMap(([ink, ground, least]) => {
      const [above, below] = [of.get(ink), of.get(ground)];
      if (!above || !below) return [`${theme}: ${above ? ground : ink} is no colour`];
      const found = contrast(above, below);
      return found < least ? [`${theme}: ${ink} on ${ground} has ${found.toFixed(2)} of ${least}`] : [];
    });
  });
  equal(poor, []);
});

Deno.test('contrast: it is computed as WCAG says', () => {
  equal(contrast('#000', '#fff').toFixed(2), '21.00');
  equal(contrast('#767676', '#ffffff').toFixed(2), '4.54');
});
