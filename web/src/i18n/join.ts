export interface Texts {
  [key: string]: string | Texts;
}

/** Both in one; what has the same name is joined in turn. */
export function joined(first: Texts, later: Texts): Texts {
  const all = { ...first };
  for (const [key, value] of Object.entries(later)) {
    const before = all[key];
    all[key] = typeof before === 'object' && typeof value === 'object' ? joined(before, value) : value;
  }
  return all;
}
