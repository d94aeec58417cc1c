/** Pages that only lead to others: going on to one of them would go round in a circle. */
const GATES = /^\/(login|401|password|codes)(?![^/?#])/;

/** A path of this console to go on to; anything else (another site, nonsense) becomes the start page. */
export function safePath(wanted: unknown): string {
  return typeof wanted === 'string' && /^\/(?![/\\])/.test(wanted) && !GATES.test(wanted) ? wanted : '/';
}
