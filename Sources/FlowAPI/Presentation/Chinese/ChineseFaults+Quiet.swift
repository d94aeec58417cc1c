// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

extension ChineseFaults {
    /// Of silences and of hosts in maintenance.
    static let quiet = #"""
        en There is no silence {id}. It may be older than 30 days.
        zh 没有静默 {id}。它可能已超过 30 天。
        en There are {count} silences already. End some, or make one for a group or a label.
        zh 已经有 {count} 个静默。请先结束一些，或者为分组或标签建一个。
        en '{name}' is in maintenance until {end}, as {person} wants{reason}: nothing new starts there. End the maintenance first, or name other hosts.
        zh “{name}”维护中，到 {end} 为止，由 {person} 设置{reason}：不会在那里启动新的运行。请先结束维护，或者指定别的主机。
        en a maintenance ends in the future, and within {days} days
        zh 维护的结束时间必须在将来，且在 {days} 天之内
        en a maintenance lasts 1 to {seconds} seconds
        zh 维护时长为 1 到 {seconds} 秒
        en The host cannot be put into maintenance
        zh 不能让这台主机进入维护
        en say either 'until' or 'for_seconds'
        zh 'until' 和 'for_seconds' 只写一个
        en a silence lasts for a minute to 30 days
        zh 静默时长为一分钟到 30 天
        en The silence is not valid
        zh 静默无效
        en name a rule, tasks, groups, hosts or labels
        zh 请指定规则、任务、分组、主机或标签
        en a rule's name has 1 to 128 characters
        zh 规则名称为 1 到 128 个字符
        en at most {limit}
        zh 最多 {limit} 个
        en give an incident or what to match, not both
        zh 告警事件和匹配条件只能给一个
        en this field, or incident_id, is required
        zh 需要这个字段，或者 incident_id
        en give the end, or the seconds until then
        zh 请给出结束时间，或者还有多少秒
        en There is no report by mail {id}. It may have been deleted.
        zh 没有邮件报表 {id}。它可能已被删除。
        en There are {count} reports by mail already. Delete some, or add receivers to one that is there.
        zh 已经有 {count} 个邮件报表。请先删除一些，或者给已有的增加收件人。
        en The channel '{name}' sends reports by mail: {reports}. Change or delete those first.
        zh 渠道“{name}”用于发送邮件报表：{reports}。请先修改或删除它们。
        en The report by mail is not valid
        zh 邮件报表无效
        en there is no channel '{name}' for mail; choose one of type 'email'
        zh 没有名为“{name}”的邮件渠道；请选择类型为 'email' 的渠道
        en the channel has no receivers of its own: name who gets the mail
        zh 这个渠道没有自己的收件人：请写明谁收邮件
        en There is no such notification.
        zh 没有这条通知。
        """#
}
