/**
 * A cell, quoted where it needs to be; what a spreadsheet would calculate gets an apostrophe: what begins with `=`, `+`, `-`, `@`, their
 * full-width forms, or a sign that is skipped before them.
 */
function cell(value: string | number): string {
  if (typeof value === 'number') return String(value);
  const safe = /^[=+\-@＝＋－＠\t\r\n]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
}

/**
 * Rows as comma-separated values (RFC 4180) for spreadsheets: with a byte order mark, so that Chinese stays intact, and
 * with formulas disarmed, as the values come from other people.
 */
export function csv(rows: (string | number)[][]): string {
  return '\ufeff' + rows.map((row) => row.map(cell).join(',')).join('\r\n') + '\r\n';
}
