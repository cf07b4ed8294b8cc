import { expect, test } from 'vitest';
import { contrast, paletteOf, SURFACE } from '../../../lib/domain/color.ts';

const COLORS = ['#000', '#fff', '#ffd400', '#0b7a5b', '#767676', '#777777', '#808080', '#FF0000', '#00f', '#0f0'];

test.each([...COLORS, undefined])('every color pair of the palette of %s has contrast AA of WCAG', (color) => {
  const { fill, onFill, inkOnLight, inkOnDark } = paletteOf(color);
  expect(contrast(fill, onFill)).toBeGreaterThanOrEqual(4.5);
  for (const light of ['#ffffff', SURFACE.light]) expect(contrast(inkOnLight, light)).toBeGreaterThanOrEqual(4.5);
  for (const dark of ['#14161b', SURFACE.dark]) expect(contrast(inkOnDark, dark)).toBeGreaterThanOrEqual(4.5);
});

test('contrast is computed as in WCAG', () => {
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21);
  expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2);
});

test('a readable color is used unchanged', () => {
  expect(paletteOf('#0B7A5B')).toMatchObject({ fill: '#0b7a5b', onFill: '#ffffff', inkOnLight: '#0b7a5b' });
  expect(paletteOf('#0f0').fill).toBe('#00ff00');
});

test.each(['red', '#12', '#12345', 'url(x)', '#000;}body{display:none', '#ff000080', ''])(
  'an invalid color (%s) is replaced by the default',
  (color) => {
    expect(paletteOf(color)).toEqual(paletteOf(undefined));
  },
);
