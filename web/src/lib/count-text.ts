/** The server counts up to a bound; beyond, the number says so. */
export const countText = (page: { total: number; total_exact?: boolean }): string =>
  `${page.total.toLocaleString('en-US')}${page.total_exact === false ? '+' : ''}`;
