import type { Setting, SettingValue } from '../../../api/settings.ts';
import { isZone } from '../../../lib/time.ts';

/** As a control holds it; a number field that was emptied holds ''. */
export type Typed = string;

export const asTyped = (value: SettingValue): Typed => String(value);

export const valueOf = (item: Setting, typed: Typed): SettingValue =>
  item.type === 'integer' ? Number(typed) : typed.trim();

/** What is wrong with it, as a key of `system.fault`; the server has the last word. */
export function checkTyped(item: Setting, typed: Typed): 'range' | 'rangeOrZero' | 'zone' | '' {
  if (item.type === 'timezone') return isZone(typed.trim()) ? '' : 'zone';
  if (item.type !== 'integer') return '';
  const number = Number(typed);
  const isGood = typed.trim() !== '' && Number.isInteger(number) &&
    ((item.zero && number === 0) || (number >= (item.minimum ?? number) && number <= (item.maximum ?? number)));
  if (isGood) return '';
  return item.zero ? 'rangeOrZero' : 'range';
}
