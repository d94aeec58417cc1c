let later: Promise<void> | undefined;

/** Brings the styles of parts that nobody sees first; the start page says where they are. */
export function laterStyles(): Promise<void> {
  later ??= new Promise<void>((done, fail) => {
    const href = document.querySelector<HTMLMetaElement>('meta[name=later-styles]')?.content;
    if (!href) return done();
    const link = document.createElement('link');
    link.rel = 'stylesheet';
    link.href = href;
    link.onload = () => done();
    link.onerror = () => {
      link.remove();
      // As the browser says it of a part that is away: the page stays, and the next try asks anew.
      fail(new TypeError(`Failed to fetch dynamically imported module: ${href}`));
    };
    document.head.append(link);
  });
  return later.catch((error) => {
    later = undefined;
    throw error;
  });
}
