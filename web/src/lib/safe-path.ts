/** A path of this console to go on to; anything else (another site, nonsense) becomes the start page. */
export function safePath(wanted: unknown): string {
  return typeof wanted === 'string' && /^\/(?![/\\])/.test(wanted) && !wanted.startsWith('/login') ? wanted : '/';
}
