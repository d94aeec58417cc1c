const words = (text: string): string[] => text.trim().split(/\s+/);

/** The fields of a task as the contract of the interface names them; a test of the server's says when this is behind. */
export const contract = {
  task: words(`
    calendars catch_up_seconds concurrency cron_except cron_expr cron_exprs deadline delay_seconds
    dependencies dependency_mode description dst every_seconds executor_config executor_type
    group_ids jitter_seconds join labels match max_age_seconds misfire misfire_limit
    misfire_threshold_seconds name not_after not_before offline offline_max_seconds on_disable_while_running
    on_edit_while_running on_interrupt once_at overlap parameters pause_after_failures placement pool queue_limit
    retry_backoff retry_count retry_interval retry_jitter retry_max_interval retry_on schedule_type
    start_deadline_seconds status task_notify timeout timezone two_person window
  `),
  executor_config: words(`
    body builtin client_certificate command connection cpu_percent dry_run env expect expected_status headers host image
    interpreter interpreter_args leave_processes limits memory_bytes method min_free_percent mounts
    network nice older_than_days outputs parameters path pattern plugin port pull retry_statuses row_limit run_as
    scratch_dir statements success_codes umask unit url user work_dir
  `),
  placement: words(`
    count exclude fenced hash_key items kind lease_seconds order strategy waves where
  `),
};
