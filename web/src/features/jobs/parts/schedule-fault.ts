/** What the server has against a schedule while it is typed, and which field it is about. */
export interface ScheduleFault {
  path: 'cron_expr' | 'cron_exprs' | 'cron_except';
  text: string;
}
