// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

extension ChineseHelp {
    /// Of notifications, reports, approvals.
    static let notify = #"""
        en A task, by name or number. Repeat for several.
        zh 任务，写名称或编号。可重复。
        en A group, by name or number. Repeat for several.
        zh 分组，写名称或编号。可重复。
        en A host, by name or id. Repeat for several.
        zh 主机，写名称或编号。可重复。
        en Channels and rules of notifications, incidents, and messages on their way.
        zh 通知渠道和规则、告警，以及正在发送的通知。
        en Lists channels.
        zh 列出渠道。
        en Makes a channel from JSON, such as {"name": "ops", "type": "slack", "url": "https://…"}.
        zh 从 JSON 创建渠道，如 {"name": "ops", "type": "slack", "url": "https://…"}。
        en A file and not options, because addresses and passwords on a command line are seen by everybody.
        zh 用文件而不是选项，因为命令行上的地址和密码任何人都能看到。
        en A file with the channel as JSON; - reads standard input.
        zh 渠道的 JSON 文件；- 表示标准输入。
        en Deletes a channel that no rule of its own names.
        zh 删除没有规则使用的渠道。
        en Name or number.
        zh 名称或编号。
        en Sends a message that says that it is a test.
        zh 发送一条测试通知。
        en Name or number of the channel.
        zh 渠道的名称或编号。
        en An e-mail address instead of the channel's own; repeat for several.
        zh 代替渠道自己的收件人的邮件地址；可重复。
        en Lists rules that stand by themselves; a task's own are in its definition.
        zh 列出独立的规则；任务自己的规则在任务的定义里。
        en Makes a rule from JSON, as docs/notifications.md describes it.
        zh 从 JSON 创建规则，写法见 docs/notifications.md。
        en A file with the rule as JSON; - reads standard input.
        zh 规则的 JSON 文件；- 表示标准输入。
        en Deletes a rule.
        zh 删除规则。
        en The rule's number.
        zh 规则的编号。
        en Lists what rules have caught, newest first.
        zh 列出规则发现的告警，最新的在前。
        en waiting, open or closed.
        zh waiting、open 或 closed。
        en Acknowledges an incident: no more messages until it has worked again.
        zh 确认告警：恢复之前不再通知。
        en The incident's id.
        zh 告警的编号。
        en Lists messages, newest first.
        zh 列出通知，最新的在前。
        en queued, sending, sent, dead or merged.
        zh queued、sending、sent、dead 或 merged。
        en Only messages to this channel.
        zh 只看发往这个渠道的。
        en Sends a message that was given up, or sent, once more under its own id.
        zh 把放弃的或已发送的通知以原来的编号再发一次。
        en The delivery's id.
        zh 通知的编号。
        en Silences of notifications: lists them, makes one, ends one early.
        zh 通知的静默：列出、创建、提前结束。
        en What falls into a silence is counted; what still does not work at its end is told then.
        zh 静默期间的事件会计数；结束时仍未恢复的会在那时通知。
        en Lists silences, the newest first: those that hold, or all.
        zh 列出静默，最新的在前：有效的，或全部。
        en Also those that have ended.
        zh 包括已结束的。
        en Keeps messages back until a time; all that is named has to hold.
        zh 在某个时间之前不发送通知；写的条件须全部满足。
        en A minute to 30 days. Without --incident say --rule, --task, --group, --host or --label.
        zh 一分钟到 30 天。不写 --incident 时，请写 --rule、--task、--group、--host 或 --label。
        en What this incident is about.
        zh 与这个告警相同的对象。
        en A rule's name.
        zh 规则的名称。
        en NAME=VALUE of a task. Repeat for several.
        zh 任务的 NAME=VALUE。可重复。
        en How long: 90s, 30m, 2h, 1d.
        zh 多久：90s、30m、2h、1d。
        en Until when, such as 2026-12-01T08:00:00+08:00.
        zh 到什么时候，如 2026-12-01T08:00:00+08:00。
        en Ends a silence now; what still does not work is told.
        zh 立即结束静默；仍未恢复的会通知。
        en The silence's number.
        zh 静默的编号。
        en Reports by mail: lists them, makes one, sends one now, deletes one.
        zh 邮件报表：列出、创建、立即发送、删除。
        en Each period is told of once, also when servers were away meanwhile.
        zh 每个周期只发送一次，服务器中途停过也是如此。
        en Lists reports by mail.
        zh 列出邮件报表。
        en Sends a report of each day, week or month by mail.
        zh 每天、每周或每月用邮件发送报表。
        en What it is called, also in the mail's subject.
        zh 名称，也出现在邮件主题里。
        en day, week (Monday to Sunday) or month.
        zh day、week（周一到周日）或 month。
        en When it is sent, on the day after the period: 08:00.
        zh 周期结束后第二天的发送时间：08:00。
        en Whose days and whose clock, such as Asia/Shanghai (UTC).
        zh 按哪个时区计算日期和时间，如 Asia/Shanghai（UTC）。
        en Of this group's tasks, by name or number. Repeat for several.
        zh 只统计这个分组的任务，写名称或编号。可重复。
        en A channel for mail (the first one).
        zh 邮件渠道（第一个）。
        en Who gets it. Repeat for several (the channel's own).
        zh 收件人。可重复（渠道自己的收件人）。
        en en or zh (en).
        zh en 或 zh（en）。
        en Sends the report of the period that ended last, beside its schedule.
        zh 在计划之外发送最近一个周期的报表。
        en The report's number.
        zh 报表的编号。
        en Deletes a report by mail.
        zh 删除一个邮件报表。
        en Reports on what ran.
        zh 运行情况的报告。
        en Failures that read alike, the most frequent first; of the last seven days.
        zh 内容相同的失败，最频繁的在前；最近七天。
        en Not before, such as 2026-11-01T00:00:00Z.
        zh 不早于，如 2026-11-01T00:00:00Z。
        en Before this.
        zh 早于。
        en Only of this task: its number.
        zh 只看这个任务：它的编号。
        en So many lines, 1 to 100 (20).
        zh 最多这么多行，1 到 100（20）。
        en Requests that take two persons: look at them, decide on those of others, take one's own back.
        zh 需要两个人的申请：查看，审批别人的，撤回自己的。
        en What takes two persons ends with exit code 8 and the request's id. $QUARTZFLOW_REASON says why. Deciding takes a session ('quicflow login'), no token.
        zh 需要两个人的操作以退出码 8 结束，并给出申请编号。$QUARTZFLOW_REASON 是理由。审批需要登录（'quicflow login'），不能用令牌。
        en Lists requests, the newest first: one's own, and those that one may decide on.
        zh 列出申请，最新的在前：自己的，以及可以由你审批的。
        en Only one's own.
        zh 只看自己的。
        en Only those of others that wait for a decision.
        zh 只看等待你审批的。
        en Only in this state: pending, applied, failed, rejected, withdrawn, expired or stale.
        zh 只看这个状态：pending、applied、failed、rejected、withdrawn、expired 或 stale。
        en Shows a request with all that it would change.
        zh 显示一个申请和它的全部改动。
        en The request's id.
        zh 申请的编号。
        en Does what was asked for, as the second person.
        zh 作为第二个人批准并执行申请的内容。
        en The digest is the one that 'show' prints: what you approve is what you have seen.
        zh 摘要是 'show' 显示的那个：你批准的就是你看到的。
        en The digest that 'show' printed.
        zh 'show' 显示的摘要。
        en A word on it.
        zh 意见。
        en Turns somebody's request down.
        zh 驳回别人的申请。
        en Takes one's own request back.
        zh 撤回自己的申请。
        """#
}
