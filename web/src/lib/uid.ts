/** A random id of 128 bits in hex, e.g. for Idempotency-Key (crypto.randomUUID is missing in Chrome 90 and on http). */
export function uid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
