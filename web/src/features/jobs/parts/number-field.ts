/** A number field that was emptied holds ''. */
export type NumberField = number | '';

/** A whole number from `low` to `high`. */
export const between = (value: NumberField, low: number, high: number): boolean =>
  value !== '' && Number.isInteger(value) && value >= low && value <= high;

/** Any number from `low` to `high`, down to thousandths. */
export const within = (value: NumberField, low: number, high: number): boolean =>
  value !== '' && Number.isFinite(value) && value >= low && value <= high;
